import type { AuditEvent } from '@rack-gateway/gateway-api'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { can, racksToList } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import { CopyButton } from '../../../ui/controls/copy-button.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { useTimeZone } from '../../../ui/time/time-zone.ts'
import type { FilterName } from '../filter/filter-names.ts'
import { actorOf, clientTypeNames } from '../list/event-facts.ts'
import { Value } from '../value-menu/value-menu.tsx'
import styles from './event-panel.module.css'
import { proofText } from './event-sentence.ts'

export function EventFields({ event }: { readonly event: AuditEvent }) {
  const { principal, source, job } = { ...event, job: event.principal?.job }
  const actor = actorOf(event)
  const zone = useTimeZone()
  return (
    <>
      <Section title="Who">
        <FilterableField title={principal === undefined ? undefined : 'Name'} name="actor" value={principal?.name} />
        <Field title="Through">{clientTypeNames[actor.clientType]}</Field>
        <Text title="Device" value={principal?.device} />
        <Text title="Owner" value={principal?.owner?.name} />
        <List title="Roles" values={principal?.roles} />
        <List title="Groups" values={principal?.groups} />
        <Bindings ids={principal?.bindings} />
        <Text title="Repository" value={job?.repository} />
        <Text title="Workflow" value={job?.workflow} />
        <Text title="Run" value={job?.run} />
        <Text title="Branch or tag" value={job?.ref} />
        <Text title="Commit" value={job?.commit} />
        <Text title="Trust" value={principal?.trust?.name} />
        <FilterableField title="Address" name="address" value={source?.address} />
        <Text title="Client" value={source?.client} />
      </Section>
      <Section title="What">
        <Field title="Time (UTC)">
          {event.at} <CopyButton text={event.at} what="The time" />
        </Field>
        <FilterableField title="Kind" name="kind" value={event.kind} />
        <FilterableField title="Permission" name="permission" value={event.permission} />
        <FilterableField title="Rack" name="rack" value={event.rack} />
        <FilterableField title="App" name="app" value={event.app} />
        <AppLinks event={event} />
        <Text title="Service" value={event.service} />
        <Text title="Process" value={event.process} />
        <Text title="Release" value={event.release} />
        <FilterableField title="Command" name="command" value={event.command?.join(' ')} />
        <FilterableField title="Route" name="route" value={event.route} />
        <Text title="Path" value={event.path} />
        <List title="Environment" values={event.environment} />
        <FilterableField title="Status" name="status" value={event.status?.toString()} />
        <Text title="Sent" value={event.sent === false ? 'No. The CLI stopped the call.' : undefined} />
        {event.proof && (
          <Field title="Second factor">
            {proofText(event.proof, zone)} (<Time at={event.proof.at} />)
          </Field>
        )}
        <Text title="Duration" value={event.durationMs === undefined ? undefined : `${event.durationMs} ms`} />
        <Text title="Reason it ended" value={event.close} />
        <Text title="Number of requests" value={event.count?.toString()} />
        {Object.entries(event.detail ?? {}).map(([name, value]) => (
          <Text key={name} title={name} value={`${value}`} />
        ))}
        {event.request !== undefined && (
          <Field title="Request ID">
            <Value name="request" value={event.request} />
            <CopyButton text={event.request} what="The request ID" />
          </Field>
        )}
      </Section>
    </>
  )
}

/** The bindings that the decision is based on. */
function Bindings({ ids = [] }: { readonly ids: readonly string[] | undefined }) {
  const canOpen = can(useMe(), 'gateway:binding:write')
  if (!canOpen) return <List title="Bindings" values={ids} />
  return ids.map((id) => (
    <Field key={id} title="Binding">
      <Link to="/people/bindings" search={{ open: id }}>
        {id}
      </Link>
    </Field>
  ))
}

function AppLinks({ event: { rack = '', app, release } }: { readonly event: AuditEvent }) {
  const me = useMe()
  if (app === undefined || !racksToList(me, 'app:list').includes(rack)) return null
  return (
    <Field title="Pages">
      <Link to="/apps/$rack/$app" params={{ rack, app }} preload={false}>
        The app
      </Link>
      {release !== undefined && (
        <>
          {' · '}
          <Link to="/apps/$rack/$app/releases" params={{ rack, app }} preload={false}>
            Its releases
          </Link>
        </>
      )}
    </Field>
  )
}

export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={title}>
      <h3>{title}</h3>
      <dl className={styles.fields}>{children}</dl>
    </section>
  )
}

export function Field({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>
        <VisibleText>{title}</VisibleText>
      </dt>
      <dd>{children}</dd>
    </>
  )
}

interface ValueFieldProps {
  readonly title: string | undefined
  readonly value: string | undefined
}

export function Text({ title, value }: ValueFieldProps) {
  if (title === undefined || value === undefined) return null
  return (
    <Field title={title}>
      <VisibleText>{value}</VisibleText>
    </Field>
  )
}

export function FilterableField({ title, name, value }: ValueFieldProps & { readonly name: FilterName }) {
  if (title === undefined || value === undefined) return null
  return (
    <Field title={title}>
      <Value name={name} value={value} />
    </Field>
  )
}

function List({ title, values = [] }: { readonly title: string; readonly values: readonly string[] | undefined }) {
  return values.length === 0 ? null : <Text title={title} value={values.join(', ')} />
}
