# The image of every process of ml-connector: workers, beat, Flower, migrations, the command line. The target `sandbox` is
# the same with the simulators, for trying things out.
# Any image with Python 3.11 or newer (and useradd) will do as a base:
#   docker build --build-arg PYTHON_IMAGE=my-registry/python:3.12 .
ARG PYTHON_IMAGE=python:3.12-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1
WORKDIR /opt/ml-connector
# First what changes seldom: the locked dependencies, checked against their hashes.
COPY pyproject.toml requirements.lock ./
COPY tools/install.py tools/package_index.py tools/
RUN python3 tools/install.py --dependencies
COPY README.md ./
COPY connector connector
COPY tasks tasks
COPY workers workers
RUN python3 tools/install.py \
    && .venv/bin/python -m compileall -q connector tasks workers

FROM ${PYTHON_IMAGE} AS product
RUN useradd --system --uid 10001 --user-group --create-home --shell /usr/sbin/nologin ml-connector
# Owned by root: the processes cannot change their own code.
COPY --from=build /opt/ml-connector /opt/ml-connector
ENV PATH=/opt/ml-connector/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ML_CONNECTOR_LOG_FORMAT=json
USER 10001:10001
WORKDIR /home/ml-connector
CMD ["ml-connector", "--help"]

FROM product AS sandbox
COPY sandbox /opt/ml-connector/sandbox
ENV PYTHONPATH=/opt/ml-connector

# Last, because it is what is built when nobody names a target.
FROM product
