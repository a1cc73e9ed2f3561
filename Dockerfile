# The image of every process of ml-connector: workers, beat, Flower, migrations, the command line. The target `sandbox` is
# the same with the simulators, for trying things out; the target `upkeep` the same with PostgreSQL, for backups.
# Any image with Python 3.11 or newer (and useradd) will do as a base, best by its digest (`make digests` prints it):
#   docker build --build-arg PYTHON_IMAGE=my-registry/python:3.12@sha256:... .
ARG PYTHON_IMAGE=python:3.12-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1
WORKDIR /opt/ml-connector
# First what changes seldom: the locked dependencies, checked against their hashes.
COPY pyproject.toml requirements.lock ./
COPY tools/install.py tools/package_index.py tools/
RUN python3 tools/install.py --image --dependencies
COPY README.md ./
COPY connector connector
COPY tasks tasks
COPY workers workers
COPY tools/lean.py tools/
RUN python3 tools/install.py --image && .venv/bin/python tools/lean.py

# Restores a backup to see that it is good.
FROM ${PYTHON_IMAGE} AS servers
ENV PIP_NO_CACHE_DIR=1
WORKDIR /opt/ml-connector
COPY requirements.lock ./
COPY tools/install.py tools/package_index.py tools/
RUN python3 tools/install.py --servers /opt/servers

# The number is that of the files that are mounted; the group has a name, or Celery takes the user for root. Nothing
# installs packages or gains rights here, so what does goes, and Perl, which only that needs.
FROM ${PYTHON_IMAGE} AS base
RUN groupadd --system --gid 10001 ml-connector \
    && useradd --system --uid 10001 --gid 10001 --create-home --shell /usr/sbin/nologin ml-connector \
    && rm -rf /usr/local/lib/python3*/site-packages/pip* /usr/local/lib/python3*/site-packages/setuptools* \
        /usr/local/lib/python3*/site-packages/wheel* /usr/local/lib/python3*/ensurepip /usr/local/bin/pip* \
        /usr/bin/apt* /usr/lib/apt /usr/lib/*/libapt-* /var/lib/apt /var/cache/* \
        /usr/bin/perl* /usr/lib/*/perl* /usr/share/perl* /usr/lib/*/gconv \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} +

# One layer, in which what was removed takes no room. Variables that the base sets are not taken over.
FROM scratch AS product
COPY --from=base / /
# Owned by root: the processes cannot change their own code.
COPY --from=build /opt/ml-connector /opt/ml-connector
ENV PATH=/opt/ml-connector/.venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ML_CONNECTOR_LOG_FORMAT=json
USER 10001:10001
WORKDIR /home/ml-connector
CMD ["ml-connector", "--help"]

FROM product AS sandbox
COPY sandbox /opt/ml-connector/sandbox
# A volume here says which simulators have run before.
USER 0:0
RUN install -d -o 10001 -g 10001 /ran
USER 10001:10001
ENV PYTHONPATH=/opt/ml-connector

FROM product AS upkeep
COPY --from=servers /opt/servers /opt/servers
ENV PYTHONPATH=/opt/servers

# Last, because it is what is built when nobody names a target.
FROM product
