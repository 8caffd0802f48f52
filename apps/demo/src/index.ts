export { type Demo, type DemoOptions, startDemo } from './demo.ts'
export type { DemoFile } from './demo-file.ts'
export type { DemoTokens } from './seed.ts'
