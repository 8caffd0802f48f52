import type { ResponseOf } from '@rack-gateway/gateway-api'
import { useQuery } from '@tanstack/react-query'
import { BellRing, Download, Radio, ShieldAlert, ShieldCheck } from 'lucide-react'
import { serverNow } from '../../../api/client.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { relativeTime } from '../../../ui/time/time.tsx'
import type { AuditView } from '../address/use-audit-view.ts'
import { checkpointQuery } from '../dialogs/checkpoint.tsx'
import type { LiveTail } from '../list/use-live-tail.ts'
import { alarmsText } from './alarms-text.ts'
import styles from './header-actions.module.css'

const liveTexts = {
  off: 'Live',
  connecting: 'Live: connecting',
  following: 'Live',
  lost: 'Live: connection lost',
  denied: 'Live: denied',
} as const satisfies Readonly<Record<LiveTail['state'], string>>

interface HeaderActionsProps {
  readonly view: AuditView
  readonly tail: LiveTail
  readonly canFollow: boolean
}

export function HeaderActions({ view, tail, canFollow }: HeaderActionsProps) {
  const { data: checkpoint, isPending } = useQuery(checkpointQuery)
  const alarms = checkpoint?.openAlarms ?? checkpoint?.alarms ?? 0
  const isLive = view.search.live === true
  return (
    <>
      <Button kind={alarms > 0 ? 'danger' : 'quiet'} onPress={() => view.setSearch({ dialog: 'alarms' })}>
        <BellRing aria-hidden />
        {checkpoint ? alarmsText(checkpoint) : 'Alarms'}
      </Button>
      {!isPending && checkpoint === undefined ? null : (
        <Button kind={checkpoint?.late ? 'danger' : 'quiet'} onPress={() => view.setSearch({ dialog: 'checkpoint' })}>
          {checkpoint?.late ? <ShieldAlert aria-hidden /> : <ShieldCheck aria-hidden />}
          {checkpoint ? signedText(checkpoint) : 'Signed'}
        </Button>
      )}
      <button
        type="button"
        className={styles.live}
        aria-pressed={isLive && canFollow}
        disabled={!canFollow}
        data-state={tail.state}
        title={
          canFollow
            ? 'Shows new events as they are recorded. Your own reads of the log are not shown.'
            : 'This range has an end, so it has no new events. Choose a range without an end.'
        }
        onClick={() => view.setSearch({ live: isLive ? undefined : true })}
      >
        <Radio aria-hidden size={16} /> {liveTexts[tail.state]}
      </button>
      <Button onPress={() => view.setSearch({ dialog: 'export' })}>
        <Download aria-hidden /> Export
      </Button>
    </>
  )
}

function signedText({ checkpoint, late }: ResponseOf<'getCheckpointStatus'>): string {
  if (checkpoint === null) return 'Not signed yet'
  return `${late ? 'Signing overdue: last' : 'Signed'} ${relativeTime(Date.parse(checkpoint.at), serverNow())}`
}
