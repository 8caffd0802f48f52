/** Makes terminal output safe, and turns it into lines of text. Nothing here needs Node, so a browser can load it. */
export { SafeOutput } from './safe-output.ts'
export { type ScreenLine, ScreenLines } from './screen-lines.ts'
