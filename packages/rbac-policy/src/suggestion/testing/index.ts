export { apps, type Person, type RecordedWeek, racks, recordedWeek, type WeekCall } from './recorded-week.ts'
export { unmadeCalls } from './unmade-calls.ts'
