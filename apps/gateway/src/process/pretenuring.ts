import { setFlagsFromString } from 'node:v8'

/**
 * Keeps V8 from making objects old at birth. While a process starts, much of what it makes stays; V8 learns that for the places where
 * PostgreSQL's driver makes its queries, and from then on puts each of them beside what is old. There they keep all that they refer to,
 * events and rows, until the whole heap is looked through, which that makes necessary every second or two: 10 to 20 ms each time.
 * For code that V8 compiles from then on, so first of all.
 */
export function turnOffPretenuring(): void {
  setFlagsFromString('--no-allocation-site-pretenuring')
}
