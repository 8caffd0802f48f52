import { setFlagsFromString } from 'node:v8'

/**
 * Keeps V8 from allocating new objects in the old generation. During the start, most objects of the PostgreSQL driver live long,
 * so V8 would allocate all later queries there too. They would keep their events and rows until a full collection, which then
 * runs every second or two and takes 10 to 20 ms. Applies only to code that is compiled later, so call it first.
 */
export function turnOffPretenuring(): void {
  setFlagsFromString('--no-allocation-site-pretenuring')
}
