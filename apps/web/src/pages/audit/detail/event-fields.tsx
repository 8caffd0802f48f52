import type { AuditEvent } from '@rack-gateway/gateway-api'
import type { ReactNode } from 'react'
import { CopyButton } from '../../../ui/copy-button.tsx'
import { Time } from '../../../ui/time.tsx'
import { VisibleText } from '../../../ui/visible-text.tsx'
import type { FilterName } from '../filter/filter-names.ts'
import { wayNames, whoOf } from '../list/event-facts.ts'
import { Value } from '../value-menu.tsx'
import styles from './event-panel.module.css'
import { proofText } from './event-sentence.ts'

/** The members of an event that a reader asks for first. The rest is in the whole event below. */
export function EventFields({ event }: { readonly event: AuditEvent }) {
  const { principal, source, job } = { ...event, job: event.principal?.job }
  const who = whoOf(event)
  return (
    <>
      <Section title="Who">
        <Filtered title={principal === undefined ? undefined : 'Name'} name="actor" value={principal?.name} />
        <Field title="Through">{wayNames[who.way]}</Field>
        <Text title="Device" value={principal?.device} />
        <Text title="Owner" value={principal?.owner?.name} />
        <List title="Roles" values={principal?.roles} />
        <List title="Groups" values={principal?.groups} />
        <Text title="Repository" value={job?.repository} />
        <Text title="Workflow" value={job?.workflow} />
        <Text title="Run" value={job?.run} />
        <Text title="Branch or tag" value={job?.ref} />
        <Text title="Commit" value={job?.commit} />
        <Text title="Trust" value={principal?.trust?.name} />
        <Filtered title="Address" name="address" value={source?.address} />
        <Text title="Client" value={source?.client} />
      </Section>
      <Section title="What">
        <Filtered title="Kind" name="kind" value={event.kind} />
        <Filtered title="Permission" name="permission" value={event.permission} />
        <Filtered title="Rack" name="rack" value={event.rack} />
        <Filtered title="App" name="app" value={event.app} />
        <Text title="Service" value={event.service} />
        <Text title="Process" value={event.process} />
        <Text title="Release" value={event.release} />
        <Filtered title="Command" name="command" value={event.command?.join(' ')} />
        <Filtered title="Route" name="route" value={event.route} />
        <Text title="Path" value={event.path} />
        <List title="Environment" values={event.environment} />
        <Filtered title="Status" name="status" value={event.status?.toString()} />
        {event.proof && (
          <Field title="Second factor">
            {proofText(event.proof)} (<Time at={event.proof.at} />)
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

function Text({ title, value }: ValueFieldProps) {
  if (title === undefined || value === undefined) return null
  return (
    <Field title={title}>
      <VisibleText>{value}</VisibleText>
    </Field>
  )
}

export function Filtered({ title, name, value }: ValueFieldProps & { readonly name: FilterName }) {
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
