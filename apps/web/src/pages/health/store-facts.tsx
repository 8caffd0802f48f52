import type { Health } from '@rack-gateway/gateway-api'
import type { ReactNode } from 'react'
import { Badge } from '../../ui/badge.tsx'
import { Facts } from '../../ui/facts.tsx'
import { VisibleText } from '../../ui/visible-text.tsx'

type Stores = Health['stores']

export function StoreFacts({ stores: { recordings, archives, checkpoints } }: { readonly stores: Stores }) {
  return (
    <Facts
      isWide
      facts={[
        ['Recordings', <RecordingState key="recordings" recordings={recordings} />],
        [
          'Audit log',
          archives.oldestMonth === null
            ? 'Its oldest month is unknown'
            : `In the database from ${archives.oldestMonth} on`,
        ],
        ['Archives', archives.archivedMonth === null ? 'No month is archived' : `Up to ${archives.archivedMonth}`],
        checkpoints.length === 0 ? ['Checkpoints', 'No copies are made'] : null,
        ...checkpoints.map(({ place, number, state }): readonly [string, ReactNode] => [
          'Checkpoints',
          <span key={place}>
            <Badge tone={state === 'current' ? 'allow' : 'warn'}>{state}</Badge> <VisibleText>{place}</VisibleText>, up
            to number {number}
          </span>,
        ]),
      ]}
    />
  )
}

function RecordingState({ recordings }: { readonly recordings: Stores['recordings'] }) {
  if (recordings === null) return 'Sessions are not recorded'
  const { open, waitingBytes, failing, lostBytes } = recordings
  return (
    <>
      <Badge tone={failing > 0 ? 'deny' : 'allow'}>{failing > 0 ? `${failing} cannot be stored` : 'Stored'}</Badge>{' '}
      {open} open, {waitingBytes.toLocaleString()} bytes waiting
      {lostBytes > 0 && `, ${lostBytes.toLocaleString()} bytes are missing`}
    </>
  )
}
