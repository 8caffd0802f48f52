import type { AuditEvent } from '@rack-gateway/gateway-api'
import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { type ComponentProps, type ReactNode, useEffect, useState } from 'react'
import { get } from '../../../api/client.ts'
import { isMissingItem } from '../../../api/errors/api-error.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { WayOnward } from '../../../ui/denials/way-onward.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import { WouldBeBadge } from '../../../ui/observe-mode/would-be-badge.tsx'
import { MissingItem } from '../../../ui/problems/missing-item.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { useTimeZone } from '../../../ui/time/time-zone.ts'
import type { Entry } from '../list/collapse.ts'
import { toEntry } from '../list/events-query.ts'
import { ResultBadge } from '../list/result-badge.tsx'
import { DecisionSource } from './decision-source.tsx'
import { EventFields, Field, FilterableField, Section, Text } from './event-fields.tsx'
import styles from './event-panel.module.css'
import { eventSentence } from './event-sentence.ts'
import { RecordingLink } from './recording-link.tsx'
import { Verification } from './verification.tsx'

interface EventPanelProps {
  readonly id: string
  /** Undefined if the list does not contain the event. */
  readonly entry: Entry | undefined
  /** The other events of the same change that the list contains. */
  readonly otherEvents: readonly Entry[]
  readonly onOpen: (id: string) => void
  readonly onClose: () => void
  /** Shows the events of a session, or the events around a time. */
  readonly onShow: (what: { readonly session: string; readonly actor: string } | { readonly around: string }) => void
}

export function EventPanel({ id, entry, otherEvents, onOpen, onClose, onShow }: EventPanelProps) {
  // Each read is an audit event, so moving through the rows reads only the row where the movement ends.
  const settledId = useSettled(id)
  const zone = useTimeZone()
  const { data, error, refetch } = useQuery({
    queryKey: ['audit', 'event', id],
    queryFn: ({ signal }) => get('/audit/events/{id}', { id }, signal),
    enabled: settledId === id || entry === undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const event = data === undefined ? entry?.event : toEntry(data).event
  return (
    <aside className={styles.panel} aria-label="The open event">
      <header className={styles.header}>
        <h2>Event</h2>
        <Button kind="quiet" aria-label="Close the event" onPress={onClose}>
          <X aria-hidden />
        </Button>
      </header>
      {isMissingItem(error) ? (
        <MissingItem what="There is no event with this ID. The link is incomplete, or the event is older than what the database keeps.">
          <LinkButton onPress={onClose}>Show all events</LinkButton>
        </MissingItem>
      ) : (
        error && <Problem error={error} retry={() => void refetch()} />
      )}
      {event === undefined && !error && <Spinner label="Loading the event" />}
      {event !== undefined && (
        <>
          <p className={styles.sentence}>
            <VisibleText>{eventSentence(event, zone)}</VisibleText>
          </p>
          <p className={styles.when}>
            <ResultBadge event={event} />{' '}
            {event.decision?.wouldBe && <WouldBeBadge effect={event.decision.wouldBe.effect} />} <Time at={event.at} />{' '}
            <LinkButton onPress={() => onShow({ around: event.at })}>Show the events around it</LinkButton>
          </p>
          <Verification key={id} shownEvent={data} />
          <Decision event={event} />
          <EventFields event={event} />
          <Section title="Neighbors">
            <Neighbor
              title="Same session"
              previous={data?.neighbors.previousInSession}
              next={data?.neighbors.nextInSession}
              onOpen={onOpen}
            />
            <Neighbor
              title="Same stream"
              previous={data?.neighbors.previousInStream}
              next={data?.neighbors.nextInStream}
              onOpen={onOpen}
            />
            {otherEvents.length > 0 && (
              <Field title="Same change">
                {otherEvents.map((other) => (
                  <LinkButton key={other.id} onPress={() => onOpen(other.id)}>
                    The {other.event.kind} ({other.id})
                  </LinkButton>
                ))}
              </Field>
            )}
            {event.of !== undefined && !otherEvents.some((other) => other.id === event.of) && (
              <Field title="Belongs to">
                <LinkButton onPress={() => onOpen(event.of ?? '')}>{event.of}</LinkButton>
              </Field>
            )}
            <RecordingLink event={event} />
            {event.principal?.credential !== undefined && (
              <Field title="Session">
                <LinkButton
                  onPress={() =>
                    onShow({ session: event.principal?.credential ?? '', actor: event.principal?.id ?? '' })
                  }
                >
                  All events of {event.principal.credential}
                </LinkButton>
              </Field>
            )}
          </Section>
          <Section title="Position in the log">
            <Field title="Event">
              <code>{id}</code>
            </Field>
            <FilterableField title="Stream" name="stream" value={event.stream} />
            <Field title="Number">{event.seq.toLocaleString()}</Field>
            {data && <Digest title="Hash" value={data.hash} />}
            {data && <Digest title="Previous hash" value={data.prev} />}
            {event.body && <Digest title="Body (MAC)" value={event.body.received} />}
            {event.decision?.policy !== undefined && <Digest title="Policy" value={event.decision.policy} />}
          </Section>
          <WholeEvent event={event} />
        </>
      )}
    </aside>
  )
}

function Decision({ event }: { readonly event: AuditEvent }) {
  const { decision } = event
  if (decision === undefined) return null
  const { effect, rule, reason, next, wouldBe } = decision
  return (
    <>
      <Section title="Decision">
        <FilterableField title="Result" name="result" value={effect} />
        <Text title="Reason" value={reason} />
        <Text title="What to do" value={next} />
        <FilterableField title="Rule" name="rule" value={rule} />
        <RuleFields event={event} decision={decision} />
      </Section>
      {wouldBe && (
        <Section title="If enforced">
          <Field title="Result">
            Allowed in observe mode. <WouldBeBadge effect={wouldBe.effect} />
          </Field>
          <Text title="Reason" value={wouldBe.reason} />
          <Text title="What to do" value={wouldBe.next} />
          <Text title="Rule" value={wouldBe.rule} />
          <RuleFields event={event} decision={{ ...wouldBe, policy: decision.policy }} />
        </Section>
      )}
    </>
  )
}

interface RuleFieldsProps {
  readonly event: AuditEvent
  readonly decision: {
    readonly effect: string
    readonly rule?: string | undefined
    readonly source?: string | undefined
    readonly policy?: string | undefined
  }
}

/** Where the rule of a decision is, and for a denial, who could make the call. */
function RuleFields({ event: { permission, rack, app }, decision }: RuleFieldsProps) {
  const { effect, rule, source, policy } = decision
  if (rule === undefined) return null
  return (
    <>
      {source !== undefined && (
        <Field title="Defined in">
          <DecisionSource facts={{ rule, source, permission }} policy={policy} />
        </Field>
      )}
      {effect === 'deny' && <WayOnwardField facts={{ rule, source, permission }} rack={rack} app={app} />}
    </>
  )
}

function WayOnwardField(props: ComponentProps<typeof WayOnward>) {
  return (
    <Field title="Who could">
      <Stack gap={1}>
        <WayOnward {...props} hasRemedy otherwise={<p>The decision does not depend on a role.</p>} />
      </Stack>
    </Field>
  )
}

interface NeighborProps {
  readonly title: string
  readonly previous: string | null | undefined
  readonly next: string | null | undefined
  readonly onOpen: (id: string) => void
}

function Neighbor({ title, previous, next, onOpen }: NeighborProps) {
  if ((previous ?? next) == null) return null
  return (
    <Field title={title}>
      {previous != null && <LinkButton onPress={() => onOpen(previous)}>Previous event</LinkButton>}{' '}
      {next != null && <LinkButton onPress={() => onOpen(next)}>Next event</LinkButton>}
    </Field>
  )
}

function Digest({ title, value }: { readonly title: string; readonly value: string }) {
  return (
    <Field title={title}>
      <code className={styles.digest}>{value}</code>
    </Field>
  )
}

function LinkButton({ onPress, children }: { readonly onPress: () => void; readonly children: ReactNode }) {
  return (
    <button type="button" className={`link-button ${styles.link}`} onClick={onPress}>
      {children}
    </button>
  )
}

function WholeEvent({ event }: { readonly event: AuditEvent }) {
  return (
    <details className={styles.whole}>
      <summary>The whole event</summary>
      <pre>
        {JSON.stringify(event, null, 2)
          .split('\n')
          .map((line, index) => (
            <span key={`${index}`}>
              <VisibleText>{line}</VisibleText>
              {'\n'}
            </span>
          ))}
      </pre>
    </details>
  )
}

/** The last value that did not change for 250 ms; null before the first. */
function useSettled(value: string): string | null {
  const [settled, setSettled] = useState<string | null>(null)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 250)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
