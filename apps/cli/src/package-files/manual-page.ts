import { readFileSync } from 'node:fs'

/** The manual page rack-gateway(1), as source for `man`. The build puts it into the program. */
export function manualPage(): string {
  return readFileSync(new URL('../../man/rack-gateway.1', import.meta.url), 'utf8')
}
