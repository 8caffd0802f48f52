import { once } from 'node:events'

/** The terminal that shows a recording. */
export interface Screen {
  readonly columns: number | undefined
  readonly rows: number | undefined
  write(text: string): Promise<void>
}

export function standardOutput(): Screen {
  const { stdout } = process
  return {
    columns: stdout.columns,
    rows: stdout.rows,
    async write(text) {
      if (!stdout.write(text)) await once(stdout, 'drain')
    },
  }
}
