"""How Celery is set up.

Every setting that departs from Celery's default says why. Delays live in the ledger, never in countdowns; there is no
result backend; what a queue loses, the ledger sends again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celery import Celery
from kombu.entity import Exchange, Queue
from kombu.transport import TRANSPORT_ALIASES
from redis.backoff import NoBackoff
from redis.retry import Retry

from connector.config.broker import broker_of
from connector.config.broker_address import Kind
from tasks.names import QUEUE_OF, QUEUES

if TYPE_CHECKING:
    from connector.config.broker import Broker
    from connector.config.settings import Settings

#: longer than any task may run, or Redis hands a running task to a second worker (harmless, but work for nothing)
VISIBILITY_SECONDS = 900
SOFT_LIMIT_SECONDS = 240
HARD_LIMIT_SECONDS = 300
LARGEST_PROCESS_KILOBYTES = 500_000


#: messages are looked at before anything of them is unpacked or done. (Named as a setting, it would show in addresses.)
TRANSPORT_ALIASES.update(
    redis="workers.transport:Transport",
    rediss="workers.transport:Transport",
    sentinel="workers.transport:SentinelTransport",
    amqp="workers.rabbitmq_transport:Transport",
    amqps="workers.rabbitmq_transport:SSLTransport",
)

#: Opening a channel is tried so often, and then it is an error: tried for ever, no stop is heard meanwhile.
_TRIES = {"max_retries": 2, "interval_start": 0, "interval_step": 0.5}
# Without a socket timeout a half-open connection holds a worker for ever, and its health check never runs.
_REDIS = {
    "visibility_timeout": VISIBILITY_SECONDS,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 10,
    # True makes redis-py retry by itself: when Redis comes back quickly, the worker's event loop then waits for
    # ever for a message on its control channel (seen: one in fifteen restarts). An error reconnects in order.
    "retry_on_timeout": False,
    "global_keyprefix": "ml-connector:",
}
#: for an answer of RabbitMQ, and to be rid of what is sent to it
_RABBITMQ = {"read_timeout": 10, "write_timeout": 10, "client_properties": {"connection_name": "ml-connector"}}
#: of silence, and a worker takes its connection to RabbitMQ for dead
_HEARTBEAT_SECONDS = 10
#: one Sentinel that is away must not hold up who can ask the next one
_SENTINEL_SECONDS = 1


def _queue(name: str) -> Queue:
    """A queue with an exchange of its own: on a shared one, every queue would receive every message."""
    exchange = Exchange(name, type="direct")  # type: ignore[no-untyped-call]  # kombu has no types
    return Queue(name, exchange, routing_key=name)  # type: ignore[no-untyped-call]  # kombu has no types


def _options(broker: Broker) -> dict[str, Any]:
    if broker.kind is Kind.RABBITMQ:
        return _RABBITMQ | _TRIES
    if broker.kind is Kind.REDIS:
        return _REDIS | _TRIES
    seconds = dict.fromkeys(("socket_timeout", "socket_connect_timeout"), _SENTINEL_SECONDS)
    asked = {**broker.to_sentinels, **seconds, "retry": Retry(NoBackoff(), 0)}
    return _REDIS | _TRIES | {"master_name": broker.primary, "sentinel_kwargs": asked}


def create(settings: Settings) -> Celery:
    """Configure Celery on this deployment's broker; raises ConfigurationError."""
    broker = broker_of(settings)
    app = Celery(
        "ml_connector",
        broker=broker.url,
        events="workers.events:QuietEvents",
        include=[f"tasks.{name}" for name in ("poll", "extract", "map", "load", "confirm", "keep", "tell", "canary")],
    )
    app.conf.update(
        # As a whole, or kombu verifies no certificate; Flower reads it here too.
        broker_use_ssl=dict(broker.amqp_tls if broker.kind is Kind.RABBITMQ else broker.tls) or None,
        # Whoever knows Redis' password must not stop, slow down or redirect workers.
        worker_enable_remote_control=False,
        beat_enable_remote_control=False,
        # Queues that expire would need scripts in Redis; those of Flower and of who asks for answers go with them.
        event_queue_expires=None,
        event_queue_exclusive=True,
        control_queue_expires=None,
        broker_transport_options=_options(broker),
        broker_heartbeat=_HEARTBEAT_SECONDS,
        visibility_timeout=VISIBILITY_SECONDS,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # What Redis refuses (it is full, somebody put a text where a queue was) must not end a worker and its tasks.
        broker_channel_error_retry=True,
        broker_pool_acquire_timeout=5,
        task_publish_retry_policy={"max_retries": 3, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5},
        # A message is acknowledged when its work is done, and a killed child's message comes back once.
        task_acks_late=True,
        task_retry_on_worker_lost=True,
        task_reject_on_worker_lost=False,
        # A connection loss must not kill a request that is on its way to a target.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        # Results and history are rows in Postgres.
        result_backend=None,
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_serializer="json",
        accept_content=["json"],
        task_soft_time_limit=SOFT_LIMIT_SECONDS,
        task_time_limit=HARD_LIMIT_SECONDS,
        # One message a process at a time: what waits in Redis can be taken by any worker.
        worker_prefetch_multiplier=1,
        worker_eta_task_limit=1000,
        worker_max_tasks_per_child=5000,
        # Python gives memory back late: a process that a large answer has blown up is replaced after its task.
        worker_max_memory_per_child=LARGEST_PROCESS_KILOBYTES,
        # Flower lives on events; that a task began has its name and arguments (`workers.events`), and is soon enough.
        worker_send_task_events=True,
        task_send_sent_event=False,
        worker_soft_shutdown_timeout=30,
        worker_enable_soft_shutdown_on_idle=True,
        # A misspelt queue is an error, not a place where messages disappear.
        task_create_missing_queues=False,
        task_queues=[_queue(name) for name in QUEUES],
        task_default_queue="control",
        task_routes={name: {"queue": queue} for name, queue in QUEUE_OF.items()},
        task_default_delivery_mode=2,
        # It says of itself that it turns (`workers.turning`).
        worker_consumer="workers.consuming:Consumer",
        beat_scheduler="workers.schedule:LedgerScheduler",
        timezone="UTC",
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
    )
    return app
