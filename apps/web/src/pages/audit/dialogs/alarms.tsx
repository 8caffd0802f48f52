import type { ResponseOf } from '@rack-gateway/gateway-api'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { can } from '../../../api/can.ts'
import { get, post } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { TextField } from '../../../ui/controls/fields.tsx'
import { Dialog } from '../../../ui/dialogs/dialog.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { announce } from '../../../ui/status/announce.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import styles from './dialogs.module.css'

type Alarm = ResponseOf<'listAlarms'>['items'][number]

const alarmsQuery = queryOptions({
  queryKey: ['audit', 'alarms'],
  queryFn: ({ signal }) => get('/audit/alarms', {}, signal),
})

interface AlarmsDialogProps {
  readonly onClose: () => void
  readonly onOpen: (id: string) => void
}

export function AlarmsDialog({ onClose, onOpen }: AlarmsDialogProps) {
  const me = useMe()
  const { data, error, refetch } = useQuery(alarmsQuery)
  const canAcknowledge = can(me, 'gateway:audit:acknowledge')
  return (
    <Dialog title="Alarms" isOpen onClose={onClose} width="wide">
      {error && <Problem error={error} retry={() => void refetch()} />}
      {!data && !error && <Spinner />}
      {data?.items.length === 0 && <p>There are no alarms.</p>}
      <ul className={styles.alarms}>
        {data?.items.map((alarm) => (
          <li key={alarm.id} className={styles.alarm}>
            <AlarmText alarm={alarm} onOpen={() => onOpen(alarm.id)} />
            {alarm.acknowledged === null && canAcknowledge && <Acknowledge alarm={alarm} />}
          </li>
        ))}
      </ul>
      {!canAcknowledge && data !== undefined && data.items.length > 0 && (
        <p className="soft">
          Acknowledging an alarm needs the permission <code>gateway:audit:acknowledge</code>, which the role admin has.
        </p>
      )}
    </Dialog>
  )
}

function AlarmText({ alarm, onOpen }: { readonly alarm: Alarm; readonly onOpen: () => void }) {
  const { event, acknowledged } = alarm
  const detail = Object.entries(event.detail ?? {}).map(([name, value]) => `${name}: ${value}`)
  return (
    <>
      <p className={styles.alarmTitle}>
        <Badge tone={acknowledged === null ? 'deny' : 'neutral'}>
          {acknowledged === null ? 'Open' : 'Acknowledged'}
        </Badge>
        <strong>{event.kind}</strong>
        <Time at={event.at} />
        <Button kind="quiet" onPress={onOpen}>
          Open the event
        </Button>
      </p>
      {detail.length > 0 && (
        <p className="soft">
          <VisibleText>{detail.join(' · ')}</VisibleText>
        </p>
      )}
      {acknowledged !== null && (
        <p>
          <VisibleText>{acknowledged.by}</VisibleText>, <Time at={acknowledged.at} />:{' '}
          <VisibleText>{acknowledged.reason}</VisibleText>
        </p>
      )}
    </>
  )
}

function Acknowledge({ alarm }: { readonly alarm: Alarm }) {
  const queryClient = useQueryClient()
  const [reason, setReason] = useState('')
  const acknowledge = useMutation({
    mutationFn: () => post('/audit/alarms/{id}/acknowledge', { id: alarm.id, body: { reason } }),
    async onSuccess() {
      await queryClient.invalidateQueries({ queryKey: alarmsQuery.queryKey })
      await queryClient.invalidateQueries({ queryKey: ['audit', 'checkpoint'] })
      announce('The alarm was acknowledged.')
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    acknowledge.mutate()
  }
  return (
    <form className={styles.form} onSubmit={submit}>
      <TextField
        label="Cause and action taken"
        value={reason}
        onChange={setReason}
        isRequired
        maxLength={500}
        hint="The audit log keeps both the alarm and this text."
      />
      {acknowledge.error && <Problem error={acknowledge.error} />}
      <div>
        <Button type="submit" isPending={acknowledge.isPending}>
          Acknowledge
        </Button>
      </div>
    </form>
  )
}
