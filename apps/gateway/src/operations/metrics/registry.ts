import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Distribution, HistogramMetric, Metric, MetricSources, NumberMetric } from './metric.ts'
import { metricTable } from './metric-table.ts'
import { readProcessUsage, watchEventLoop } from './process-usage.ts'

export interface Metrics {
  readonly contentType: string
  /** In Prometheus' text format. */
  read(): Promise<string>
}

/** Also asks racks that were not asked for 30 s, so that the next scrape shows whether they can be reached. */
export function createMetrics(app: FastifyInstance): Metrics {
  const registry = new Registry()
  let sources: MetricSources | null = null
  const currentSources = () => {
    if (sources === null) throw new Error('the metrics were read without their sources')
    return sources
  }
  for (const metric of Object.values<readonly Metric[]>(metricTable).flat()) register(registry, metric, currentSources)
  watchEventLoop()
  return {
    contentType: registry.contentType,
    async read() {
      sources = { app, usage: await readProcessUsage() }
      const text = await registry.metrics()
      for (const rack of app.racks.names.flatMap((name) => app.racks.get(name) ?? [])) app.rackStatuses.lastSeen(rack)
      return text
    },
  }
}

function register(registry: Registry, metric: Metric, sources: () => MetricSources): void {
  if (metric.type === 'histogram') new CountedHistogram(registry, metric, sources)
  else registerNumber(registry, metric, sources)
}

function registerNumber(registry: Registry, metric: NumberMetric, sources: () => MetricSources): void {
  const { name, help, labels, read } = metric
  const Kind = metric.type === 'gauge' ? Gauge : Counter
  new Kind({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect() {
      this.reset()
      const samples = read(sources())
      // Without labels, `reset` leaves a sample with the value 0.
      if (samples.length === 0 && labels.length === 0) this.remove()
      for (const sample of samples) this.inc({ ...sample.labels }, sample.value)
    },
  })
}

/** A histogram whose values were counted elsewhere, because prom-client's own count would build texts for each call. */
class CountedHistogram extends Histogram {
  readonly #metric: HistogramMetric
  readonly #sources: () => MetricSources

  constructor(registry: Registry, metric: HistogramMetric, sources: () => MetricSources) {
    const { name, help, labels, bounds } = metric
    super({ name, help, labelNames: [...labels], buckets: [...bounds], registers: [registry] })
    this.#metric = metric
    this.#sources = sources
  }

  /** The registry reads a histogram by this method, which prom-client's types lack. */
  async getForPromString() {
    const { name, help, type, read } = this.#metric
    return { name, help, type, values: read(this.#sources()).flatMap((one) => this.#values(one)) }
  }

  #values({ labels, upTo, count, sum }: Distribution) {
    const { name, bounds } = this.#metric
    const buckets = bounds.map((bound, index) => ({ le: String(bound), value: upTo[index] ?? 0 }))
    return [
      ...[...buckets, { le: '+Inf', value: count }].map(({ le, value }) => ({
        metricName: `${name}_bucket`,
        labels: { ...labels, le },
        value,
      })),
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ]
  }
}
