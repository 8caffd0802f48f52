import type { FastifyInstance } from 'fastify'
import type { ProcessUsage } from './process-usage.ts'

/** What metrics are read from, when they are read. */
export interface MetricSources {
  readonly app: FastifyInstance
  readonly usage: ProcessUsage
}

/** Label names and their values. */
export type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly labels: Labels
  readonly value: number
}

/** A distribution of values with one set of labels. */
export interface Distribution {
  readonly labels: Labels
  /** For each bound of the metric: the number of values up to it. */
  readonly upTo: readonly number[]
  readonly count: number
  readonly sum: number
}

/** `count`: the help says of what. */
export type Unit = 'seconds' | 'bytes' | 'Unix time in seconds' | '0 or 1' | 'count'

interface MetricText {
  readonly name: string
  readonly unit: Unit
  readonly help: string
  readonly labels: readonly string[]
}

export interface NumberMetric extends MetricText {
  readonly type: 'gauge' | 'counter'
  /** No samples: this gateway does not have the metric. */
  readonly read: (sources: MetricSources) => readonly Sample[]
}

export interface HistogramMetric extends MetricText {
  readonly type: 'histogram'
  /** Upper bounds, ascending. */
  readonly bounds: readonly number[]
  readonly read: (sources: MetricSources) => readonly Distribution[]
}

export type Metric = NumberMetric | HistogramMetric

/** Null: this gateway does not have the metric. */
type ReadNumber = (sources: MetricSources) => number | null

export function gauge(name: string, unit: Unit, help: string, read: ReadNumber): NumberMetric {
  return { type: 'gauge', name, unit, help, labels: [], read: (sources) => samplesOf(read(sources)) }
}

/** @param read returns the count since the start of the process */
export function counter(name: string, unit: Unit, help: string, read: ReadNumber): NumberMetric {
  return { type: 'counter', name, unit, help, labels: [], read: (sources) => samplesOf(read(sources)) }
}

function samplesOf(value: number | null): Sample[] {
  return value === null ? [] : [{ labels: {}, value }]
}
