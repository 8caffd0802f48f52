import type { PolicyMatrix, WouldBe } from '@rack-gateway/gateway-api'
import { Link } from '@tanstack/react-router'
import { RuleLink } from '../../../ui/denials/rule-link.tsx'
import { nextSort, readSort, sortRows, timeValue } from '../../../ui/lists/sort-rows.ts'
import { type Column, Table } from '../../../ui/lists/table.tsx'
import { WouldBeBadge } from '../../../ui/observe-mode/would-be-badge.tsx'
import { Tag } from '../../../ui/status/badge.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'

type WouldBeRow = WouldBe['rows'][number]

interface WouldBeTableProps {
  readonly rows: readonly WouldBeRow[]
  readonly routes: PolicyMatrix['routes']
  readonly sort: string | undefined
  readonly onSort: (sort: string | undefined) => void
}

const numberFormat = new Intl.NumberFormat()

/** Equal calls are one row. Without a sort, the most frequent row is first. */
export function WouldBeTable({ rows, routes, sort: sortKey, onSort }: WouldBeTableProps) {
  const routeOf = (id: string) => routes.find((route) => route.id === id)
  const columns: readonly Column<WouldBeRow>[] = [
    { title: 'Calls', cell: (row) => <Calls row={row} />, sortBy: ({ count }) => count },
    { title: 'Who', cell: ({ principal }) => <Who principal={principal} />, sortBy: ({ principal }) => principal.name },
    { title: 'Where', cell: whereText, sortBy: whereText },
    { title: 'What', cell: (row) => <What row={row} summary={routeOf(row.route)?.summary} /> },
    { title: 'Why', cell: (row) => <Why row={row} permission={routeOf(row.route)?.permission} /> },
    { title: 'Last', cell: (row) => <Last row={row} />, sortBy: ({ last }) => timeValue(last) },
  ]
  const sort = readSort(columns, sortKey)
  return (
    <Table
      label="Calls that the policy would deny"
      rows={sortRows(rows, columns, sort)}
      keyOf={({ effect, principal, rack, app, route, command, rule }) =>
        JSON.stringify([effect, principal.id, rack, app, route, command, rule])
      }
      columns={columns}
      sorting={{ sort, onSort: (title) => onSort(nextSort(sort, title)) }}
      empty=""
    />
  )
}

function whereText({ rack, app }: WouldBeRow): string {
  return app === null ? rack : `${rack}/${app}`
}

function Calls({ row: { count, stopped } }: { readonly row: WouldBeRow }) {
  return (
    <>
      {numberFormat.format(count)}
      {stopped > 0 && (
        <>
          {' '}
          <Tag tone="neutral">{numberFormat.format(stopped)} stopped by the CLI</Tag>
        </>
      )}
    </>
  )
}

const kindNames: Readonly<Record<string, string>> = { 'api-token': 'API token', workload: 'CI job' }

function Who({ principal: { kind, name } }: Pick<WouldBeRow, 'principal'>) {
  return (
    <>
      <VisibleText>{name}</VisibleText>
      {kind !== 'user' && <span className="soft"> ({kindNames[kind] ?? kind})</span>}
    </>
  )
}

function What({
  row: { route, command },
  summary,
}: {
  readonly row: WouldBeRow
  readonly summary: string | undefined
}) {
  return (
    <>
      {summary === undefined ? <VisibleText as="code">{route}</VisibleText> : <span title={route}>{summary}</span>}
      {command !== null && (
        <>
          {' '}
          <VisibleText as="code">{command}</VisibleText>
        </>
      )}
    </>
  )
}

interface WhyProps {
  readonly row: WouldBeRow
  readonly permission: string | undefined
}

function Why({ row: { effect, rule, reason }, permission }: WhyProps) {
  // The roles of the caller decide only by these rules.
  const source = rule === 'no-permission' || rule === 'no-binding' ? 'bindings' : undefined
  return (
    <>
      <p>
        <WouldBeBadge effect={effect} />
      </p>
      <VisibleText as="p">{reason}</VisibleText>
      <p className="hint">
        Rule{' '}
        <RuleLink facts={{ rule, source, permission }}>
          <VisibleText as="code">{rule}</VisibleText>
        </RuleLink>
      </p>
    </>
  )
}

function Last({ row: { last, event } }: { readonly row: WouldBeRow }) {
  return (
    <>
      <Time at={last} kind="relative" />
      {event !== null && (
        <>
          {' '}
          <Link to="/audit/$event" params={{ event }} search={{}} preload={false}>
            Example<span className="visually-hidden"> event</span>
          </Link>
        </>
      )}
    </>
  )
}
