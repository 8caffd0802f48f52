import type { Recording } from '@rack-gateway/gateway-api'
import { Link } from '@tanstack/react-router'
import { Table } from '../../../ui/lists/table.tsx'
import { Badge, Tag } from '../../../ui/status/badge.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { durationText } from '../recording/duration.ts'
import { commandOrRoute, locationOf, recordingState } from '../recording/recording-state.ts'
import styles from './recording-table.module.css'

interface RecordingTableProps {
  readonly rows: readonly Recording[]
  readonly hasFilter: boolean
}

export function RecordingTable({ rows, hasFilter }: RecordingTableProps) {
  return (
    <Table
      isFramed
      label="Recordings"
      rows={rows}
      keyOf={({ id }) => id}
      empty={
        hasFilter
          ? 'No recording matches the filters.'
          : 'No session was recorded yet. The gateway records interactive sessions if it has a store for them.'
      }
      columns={[
        {
          title: 'Command',
          cell: (recording) => (
            <Link
              to="/recordings/$recording"
              params={{ recording: recording.id }}
              search={{}}
              preload={false}
              className={styles.link}
              data-row-link
            >
              <VisibleText>{commandOrRoute(recording)}</VisibleText>
            </Link>
          ),
        },
        { title: 'State', cell: (recording) => <StateBadge recording={recording} /> },
        { title: 'Who', cell: ({ principal }) => principal.name },
        { title: 'Where', cell: (recording) => locationOf(recording), secondary: true },
        { title: 'Started', cell: ({ startedAt }) => <Time at={startedAt} kind="short" /> },
        {
          title: 'Length',
          cell: ({ startedAt, endedAt }) =>
            endedAt === null ? '' : durationText(Date.parse(endedAt) - Date.parse(startedAt)),
          secondary: true,
        },
      ]}
    />
  )
}

export function StateBadge({ recording }: { readonly recording: Recording }) {
  const { label, tone } = recordingState(recording)
  if (tone !== 'accent') return <Badge tone={tone}>{label}</Badge>
  return (
    <Tag tone={tone}>
      <span className={styles.dot} aria-hidden />
      {label}
    </Tag>
  )
}
