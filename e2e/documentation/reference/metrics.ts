import { type Metric, metricTable } from '@rack-gateway/gateway'
import { code, list } from './table.ts'

/** The generated parts of metrics.md, from the table that the gateway reads its metrics by. */
export function metricParts(): Record<string, string> {
  return Object.fromEntries(Object.entries(metricTable).map(([subject, metrics]) => [subject, metricList(metrics)]))
}

function metricList(metrics: readonly Metric[]): string {
  return list(metrics.map((metric) => [`${code(metric.name)} (${kindOf(metric)})`, metric.help]))
}

function kindOf({ type, unit, labels }: Metric): string {
  const names = labels.map(code).join(', ')
  return [type, ...(unit === 'count' ? [] : [unit]), ...(labels.length === 0 ? [] : [`by ${names}`])].join(', ')
}
