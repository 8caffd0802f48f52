// Events as data. This module does not import Node modules, so a browser can load it.
export { alarmKinds, isAlarm } from './events/alarm-events.ts'
export * from './events/event.ts'
export { isUuid, timeOfUuid } from './events/uuid.ts'
export { unescapeVisibleText, visibleText } from './events/visible-text.ts'
export { type ExactFilter, exactFilterNames, exclusionName, filterProperties } from './search/filter-query.ts'
export { viewNames } from './search/views.ts'
export { EventProof } from './verify/event-proof.ts'
