import { searchText } from '../../../ui/navigation/page-search.ts'

export const policyTabs = ['document', 'matrix', 'rules', 'decision', 'proposal', 'would-be'] as const
export type PolicyTab = (typeof policyTabs)[number]

/** How far back recorded calls are read. */
export const reportRanges = ['24h', '7d', '30d'] as const
export type ReportRange = (typeof reportRanges)[number]
export const defaultReportRange = '7d' satisfies ReportRange

/** The parameters in the address of the policy page. The address never contains a proposed document. */
export interface PolicySearch {
  readonly tab?: Exclude<PolicyTab, 'document'>
  /** On the tab `document`: shows the built-in policy instead of the document in force. */
  readonly text?: 'built-in'
  /** On the tab `matrix`: words of a permission or of its description. */
  readonly q?: string
  /** On the tab `matrix`: the permission that is open. */
  readonly permission?: string
  /** On the tab `decision`: the email address or the ID of the person; by default, the person who is logged in. */
  readonly as?: string
  /** On the tab `decision`: the route of the action, such as `POST /apps`. */
  readonly route?: string
  /** On the tab `decision`: by default, the first rack of the person. On the tab `would-be`: by default, all racks. */
  readonly rack?: string
  /** On the tab `decision`: the app that the action is about. */
  readonly app?: string
  /** On the tab `decision`: the service that the command runs in. */
  readonly service?: string
  /** On the tab `decision`: by default, the question is whether some command is allowed. */
  readonly command?: string
  /** On the tab `would-be`. */
  readonly since?: Exclude<ReportRange, typeof defaultReportRange>
  /** On the tab `would-be`: the column, such as `-last`; by default, the order of the gateway. */
  readonly sort?: string
}

export function validatePolicySearch(search: Readonly<Record<string, unknown>>): PolicySearch {
  const tab = policyTabs.find((name) => name === search.tab)
  const since = reportRanges.find((range) => range === search.since)
  return {
    ...(tab !== undefined && tab !== 'document' && { tab }),
    ...(search.text === 'built-in' && { text: 'built-in' }),
    ...(since !== undefined && since !== defaultReportRange && { since }),
    ...texts(search, ['q', 'permission', 'as', 'route', 'rack', 'app', 'service', 'command', 'sort']),
  }
}

function texts<N extends string>(search: Readonly<Record<string, unknown>>, names: readonly N[]) {
  const found: Partial<Record<N, string>> = {}
  for (const name of names) {
    const text = searchText(search[name])
    if (text) found[name] = text
  }
  return found
}
