import { expect } from 'vitest'

export interface ReadMetrics {
  readonly text: string
  readonly families: readonly MetricFamily[]
  /** The labels and values of the samples with this name. */
  samples(name: string): [labels: string, value: number][]
}

export interface MetricFamily {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly samples: readonly { readonly name: string; readonly labels: string; readonly value: number }[]
}

/** Reads `/metrics` of this port. @throws if it is not in Prometheus' text format */
export async function metricsAt(port: number): Promise<ReadMetrics> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`)
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ])
  const text = await response.text()
  const families = parseMetrics(text)
  return {
    text,
    families,
    samples: (name) =>
      families.flatMap(({ samples }) =>
        samples.flatMap((sample): [string, number][] => (sample.name === name ? [[sample.labels, sample.value]] : [])),
      ),
  }
}

const label = '[a-z_]+="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"'
const sampleLine = new RegExp(`^([a-z_][a-z0-9_]*)(?:\\{(${label}(?:,${label})*)\\})? (\\S+)$`)
const suffixes: Readonly<Record<string, readonly string[]>> = { histogram: ['_bucket', '_sum', '_count'] }

/**
 * Stricter than Prometheus: each metric has its help, its type, and its samples, in this order.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function parseMetrics(text: string): MetricFamily[] {
  expect(text.endsWith('\n')).toBe(true)
  const families = text
    .trimEnd()
    .split(/\n+(?=# HELP )/)
    .map((part): MetricFamily => {
      const [help = '', type = '', ...lines] = part.split('\n')
      const [, name = '', explanation = ''] = /^# HELP (\S+) (.+)$/.exec(help) ?? []
      const [, typed, kind = ''] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(type) ?? []
      expect([typed, explanation]).toEqual([name, expect.stringMatching(/\S/)])
      const samples = lines.map((line) => {
        const [, sample = '', labels = '', value = ''] = sampleLine.exec(line) ?? []
        expect([line, (suffixes[kind] ?? ['']).map((suffix) => name + suffix)]).toEqual([
          expect.stringMatching(sampleLine),
          expect.arrayContaining([sample]),
        ])
        return { name: sample, labels, value: value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value) }
      })
      expect(samples.filter(({ value }) => Number.isNaN(value))).toEqual([])
      const keys = samples.map((sample) => `${sample.name}{${sample.labels}}`)
      expect(new Set(keys).size).toBe(keys.length)
      return { name, type: kind, help: explanation, samples }
    })
  expect(new Set(families.map(({ name }) => name)).size).toBe(families.length)
  return families
}
