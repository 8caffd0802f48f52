import { readFileSync } from 'node:fs'

/** One run of the stock CLI against a rack. Each character stands for one byte. */
export interface CliRecording {
  readonly command: string
  readonly exit: number | 'interrupted'
  readonly stdin: string
  readonly stdout: string
  readonly stderr: string
  /** The data of each TCP connection, in order: `>` from the CLI, `<` from the rack. */
  readonly connections: readonly (readonly (readonly ['>' | '<', string])[])[]
}

const fixture = new URL('../../fixtures/cli-recordings.jsonl', import.meta.url)

/** The recorded runs, in the order in which they were made against one rack named `rack1`. */
export function loadRecordings(): CliRecording[] {
  const lines = readFileSync(fixture, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line): CliRecording => JSON.parse(line))
}
