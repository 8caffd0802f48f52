import type { AuditEvent } from '@rack-gateway/gateway-api'
import { Link } from '@tanstack/react-router'
import { can } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import { Field } from './event-fields.tsx'

/** Kinds of events that are written while a session runs, so that each has a moment in its recording. */
const kindsDuringSession: readonly string[] = ['opened', 'closed', 'recording.gap', 'recording.ended']

/**
 * Leads from an event of a recorded session to the recording, at the second of the event if the event happened during the
 * session.
 */
export function RecordingLink({ event: { recording, kind, at } }: { readonly event: AuditEvent }) {
  const me = useMe()
  if (recording === undefined || !can(me, 'gateway:recording:read')) return null
  const hasSecond = kindsDuringSession.includes(kind)
  return (
    <Field title="Recording">
      <Link
        to="/recordings/$recording"
        params={{ recording: recording.id }}
        search={hasSecond ? { at } : {}}
        preload={false}
      >
        {hasSecond ? 'Play from this second' : 'Play the recording'}
      </Link>
    </Field>
  )
}
