/** These modules do not use Node, so that a browser can load them. */
export { SafeOutput } from './safe-output.ts'
export { type ScreenLine, ScreenLines } from './screen-lines.ts'
