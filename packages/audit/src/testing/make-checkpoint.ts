import type { Sql } from 'postgres'
import {
  type MakeCheckpointOptions,
  type MakeCheckpointResult,
  makeCheckpoint as makeVerified,
} from '../checkpoints/make-checkpoint.ts'
import { verifyStreams } from '../checkpoints/verify-streams.ts'

/** Verifies the events in the same thread and over the same connection. */
export function makeCheckpoint(
  sql: Sql,
  options: Omit<MakeCheckpointOptions, 'verify'>,
): Promise<MakeCheckpointResult> {
  return makeVerified(sql, { ...options, verify: (signed) => verifyStreams(sql, signed) })
}
