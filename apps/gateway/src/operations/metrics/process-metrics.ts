import { counter, gauge, type Metric } from './metric.ts'

/** With the names that Prometheus' own clients use, so that existing dashboards show them. */
export const processMetrics: readonly Metric[] = [
  counter('process_cpu_seconds_total', 'seconds', 'Processor time of the process', ({ usage }) => usage.cpu),
  gauge('process_resident_memory_bytes', 'bytes', 'Resident memory of the process', ({ usage }) => usage.memory.rss),
  gauge(
    'process_start_time_seconds',
    'Unix time in seconds',
    'Start of the process',
    () => performance.timeOrigin / 1_000,
  ),
  gauge('process_open_fds', 'count', 'Open file descriptors, on Linux', ({ usage }) => usage.openFiles),
  gauge('process_max_fds', 'count', 'The largest allowed number of file descriptors, on Linux', ({ usage }) => {
    return usage.maxFiles
  }),
  gauge('nodejs_heap_size_used_bytes', 'bytes', 'Used memory of the JavaScript heap', ({ usage }) => {
    return usage.memory.heapUsed
  }),
  gauge('nodejs_heap_size_total_bytes', 'bytes', 'Reserved memory of the JavaScript heap', ({ usage }) => {
    return usage.memory.heapTotal
  }),
  gauge(
    'nodejs_heap_size_limit_bytes',
    'bytes',
    'The limit of the JavaScript heap, at which the process ends',
    ({ usage }) => usage.heapLimit,
  ),
  gauge(
    'nodejs_external_memory_bytes',
    'bytes',
    'Memory outside of the JavaScript heap, such as buffers',
    (sources) => {
      return sources.usage.memory.external
    },
  ),
  gauge(
    'nodejs_eventloop_lag_p50_seconds',
    'seconds',
    'Median delay of the event loop since the previous scrape',
    ({ usage }) => usage.eventLoopDelay.median,
  ),
  gauge(
    'nodejs_eventloop_lag_p99_seconds',
    'seconds',
    '99th percentile of the delay of the event loop since the previous scrape',
    ({ usage }) => usage.eventLoopDelay.p99,
  ),
  gauge(
    'nodejs_eventloop_lag_max_seconds',
    'seconds',
    'Longest delay of the event loop since the previous scrape',
    ({ usage }) => usage.eventLoopDelay.max,
  ),
]
