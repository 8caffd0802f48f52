import type { AuditEvent } from '@rack-gateway/gateway-api'
import { Link } from '@tanstack/react-router'
import { can } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import { Field } from './event-fields.tsx'

/** Events of these kinds occur during a session, so their time is also a time in the recording. */
const kindsDuringSession: readonly string[] = ['opened', 'closed', 'recording.gap', 'recording.ended']

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
