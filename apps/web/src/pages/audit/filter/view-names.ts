import type { RequestOf } from '@rack-gateway/gateway-api'

type ViewName = NonNullable<NonNullable<RequestOf<'followAudit'>['query']>['view']>

/** The views of the management API, with their titles, in the order of the links of the page. */
export const viewTitles = {
  changes: 'Changes and denials',
  logins: 'Logins',
  sessions: 'Sessions',
  administration: 'Administration',
  'without-console-reads': 'Without console reads',
} as const satisfies Readonly<Record<ViewName, string>>

export const viewNames = Object.keys(viewTitles) as readonly ViewName[]
