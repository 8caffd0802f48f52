export { differences } from './compare.ts'
export { type CliRecording, loadRecordings } from './recordings.ts'
export { type Exchange, type ReplayOptions, replay } from './replay.ts'
export { createTranslation, type Translation } from './translation.ts'
