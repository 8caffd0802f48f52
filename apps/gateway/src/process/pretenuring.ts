import { setFlagsFromString } from 'node:v8'

/**
 * During the start, most objects of the PostgreSQL driver live long. So V8 would also allocate the objects of all later
 * queries in the old generation, where only full garbage collections free objects.
 * Call this function first, because the flag applies only to code that is compiled later.
 */
export function turnOffPretenuring(): void {
  setFlagsFromString('--no-allocation-site-pretenuring')
}
