import { setFlagsFromString } from 'node:v8'

/**
 * During the start, most objects of the PostgreSQL driver live long. So V8 would also allocate all later queries in the
 * old generation, where only full collections free their events and rows.
 * Must be called first, because the flag applies only to code that is compiled later.
 */
export function turnOffPretenuring(): void {
  setFlagsFromString('--no-allocation-site-pretenuring')
}
