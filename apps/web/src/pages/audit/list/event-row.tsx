// biome-ignore-all lint/a11y/useSemanticElements: only some rows are in the document, and they are positioned
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid moves the focus through rows and their values
import type { AuditEvent } from '@rack-gateway/gateway-api'
import {
  AppWindow,
  Braces,
  ChevronDown,
  ChevronRight,
  Cog,
  Fingerprint,
  Globe,
  KeyRound,
  SquareTerminal,
  UserRoundX,
  Workflow,
} from 'lucide-react'
import type { CSSProperties, MouseEvent, Ref } from 'react'
import { methodName } from '../../../second-factor/method-names.ts'
import { WouldBeBadge } from '../../../ui/observe-mode/would-be-badge.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { Value } from '../value-menu/value-menu.tsx'
import { groupId, type Row } from './collapse.ts'
import {
  actorOf,
  type ClientType,
  clientTypeNames,
  durationText,
  isCall,
  isConsoleRead,
  resultOf,
  subjectOf,
} from './event-facts.ts'
import styles from './event-list.module.css'
import { ResultBadge } from './result-badge.tsx'

interface EventRowProps {
  readonly row: Row
  readonly rowIndex: number
  readonly isActive: boolean
  readonly isOpen: boolean
  readonly isExpanded: boolean
  readonly style: CSSProperties
  readonly ref?: Ref<HTMLDivElement> | undefined
  readonly onOpen: () => void
  readonly onToggle: (group: string) => void
}

export function EventRow({ row, rowIndex, isActive, isOpen, isExpanded, style, ref, onOpen, onToggle }: EventRowProps) {
  const { event, id } = row.entry
  const { name, clientType } = actorOf(event)
  const count = row.calls.length
  const isPair = !row.isRepeat && row.calls.some(({ events }) => events.length > 1)
  function onClick({ target }: MouseEvent) {
    // A click that selects text of the row does not open the event.
    if (target instanceof Element && target.closest('button') === null && getSelection()?.isCollapsed !== false)
      onOpen()
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys of its rows
    <div
      ref={ref}
      role="row"
      aria-rowindex={rowIndex}
      aria-selected={isOpen}
      tabIndex={isActive ? 0 : -1}
      className={styles.row}
      data-repeat={row.isRepeat}
      style={style}
      onClick={onClick}
    >
      <div role="gridcell" className={styles.time}>
        <Time at={event.at} kind="short" />
      </div>
      <div role="gridcell" className={styles.who}>
        <ClientTypeIcon clientType={clientType} />
        {event.principal === undefined ? (
          <VisibleText>{name}</VisibleText>
        ) : (
          <Value name="actor" value={name} eventId={id} />
        )}
      </div>
      <div role="gridcell" className={styles.verb}>
        <Verb event={event} id={id} />
      </div>
      <div role="gridcell" className={styles.target}>
        <Target event={event} id={id} />
      </div>
      <div role="gridcell" className={styles.result}>
        <Result event={event} id={id} />
        {(count > 1 || isPair) && (
          <button
            type="button"
            tabIndex={-1}
            className={styles.count}
            aria-expanded={isExpanded}
            aria-label={groupLabel(count, isPair)}
            title={groupLabel(count, isPair)}
            onClick={() => onToggle(groupId(row))}
          >
            {isExpanded ? <ChevronDown aria-hidden size={12} /> : <ChevronRight aria-hidden size={12} />}
            {count > 1 && `×${count}`}
          </button>
        )}
      </div>
    </div>
  )
}

function groupLabel(count: number, isPair: boolean): string {
  if (!isPair) return `${count} adjacent events that look the same`
  return count === 1 ? 'The intent and the outcome of this change' : `${count} adjacent changes that look the same`
}

interface CellProps {
  readonly event: AuditEvent
  readonly id: string
}

function Verb({ event, id }: CellProps) {
  const { kind, permission, route } = event
  const mark = isConsoleRead(event) && <span className={styles.mark}>console read</span>
  if (!isCall(kind) || (permission ?? route) === undefined)
    return (
      <>
        <Value name="kind" value={kind} eventId={id} /> {mark}
      </>
    )
  return (
    <>
      {permission !== undefined && <Value name="permission" value={permission} eventId={id} />}
      {permission === undefined && route !== undefined && <Value name="route" value={route} eventId={id} />}{' '}
      <span className={styles.kind}>
        <Value name="kind" value={kind} eventId={id} />
      </span>{' '}
      {mark}
    </>
  )
}

function Target({ event, id }: CellProps) {
  const { rack, app, command } = event
  const subject = subjectOf(event)
  return (
    <>
      {rack !== undefined && <Value name="rack" value={rack} eventId={id} />}
      {rack !== undefined && app !== undefined && <span className={styles.slash}>/</span>}
      {app !== undefined && <Value name="app" value={app} eventId={id} />}
      {subject !== '' && (
        <span className={styles.subject}>
          {command === undefined ? (
            <VisibleText>{subject}</VisibleText>
          ) : (
            <Value name="command" value={command.join(' ')} eventId={id}>
              <VisibleText>{subject}</VisibleText>
            </Value>
          )}
        </span>
      )}
    </>
  )
}

function Result({ event, id }: CellProps) {
  const { decision, status, proof } = event
  const duration = durationText(event)
  const wouldBe = decision?.wouldBe
  return (
    <>
      {wouldBe && (
        <Value name="rule" value={decision.rule} eventId={id}>
          <WouldBeBadge effect={wouldBe.effect} />
        </Value>
      )}
      {/* Such a call was allowed by definition, and a row has no room for two badges. */}
      {(!wouldBe || resultOf(event) !== 'allowed') && <ResultValue event={event} id={id} />}
      {decision !== undefined && decision.effect !== 'allow' && (
        <Value name="rule" value={decision.rule} eventId={id} />
      )}
      {status !== undefined && decision?.effect !== 'deny' && (
        <span className={styles.kind}>
          <Value name="status" value={`${status}`} eventId={id} />
        </span>
      )}
      {duration !== null && <span className={`${styles.kind} ${styles.duration}`}>{duration}</span>}
      {proof !== undefined && <ProofIcon proof={proof} />}
    </>
  )
}

function ResultValue({ event, id }: CellProps) {
  const badge = <ResultBadge event={event} />
  if (event.decision === undefined) return badge
  return (
    <Value name="result" value={event.decision.effect} eventId={id}>
      {badge}
    </Value>
  )
}

const icons = {
  browser: Globe,
  'web-console': AppWindow,
  'management-api': Braces,
  cli: SquareTerminal,
  console: SquareTerminal,
  token: KeyRound,
  job: Workflow,
  gateway: Cog,
  nobody: UserRoundX,
} as const satisfies Readonly<Record<ClientType, unknown>>

function ClientTypeIcon({ clientType }: { readonly clientType: ClientType }) {
  const Icon = icons[clientType]
  const name = clientTypeNames[clientType]
  return (
    <Icon role="img" aria-label={name} size={14}>
      <title>{name}</title>
    </Icon>
  )
}

function ProofIcon({ proof: { method } }: { readonly proof: NonNullable<AuditEvent['proof']> }) {
  const name = `Proved with ${methodName(method)}`
  return (
    <Fingerprint role="img" aria-label={name} size={14}>
      <title>{name}</title>
    </Fingerprint>
  )
}
