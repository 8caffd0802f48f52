import { baseline } from './0001-baseline.ts'

export interface Migration {
  readonly name: string
  readonly sql: string
}

/**
 * The position, from 1, is the version of the schema, and also the number in the name. Never change a released
 * migration: add another.
 */
export const migrations: readonly Migration[] = [baseline]
