import type { ReactNode } from 'react'
import type { Release } from '../../../../api/rack-data/readers.ts'
import { RackAnswer } from '../../rack-answer/rack-answer.tsx'
import { useApp } from '../use-app.ts'
import { releaseQuery } from './release-queries.ts'

interface RunningReleaseProps {
  /** Empty: no release runs. */
  readonly id: string
  readonly children: (release: Release | null) => ReactNode
}

/** The children compare with the running release, so they are shown only after it was read. */
export function RunningRelease({ id, children }: RunningReleaseProps) {
  const { rack, app } = useApp()
  if (id === '') return children(null)
  return (
    <RackAnswer rack={rack} what="the running release" query={releaseQuery(rack, app, id)}>
      {children}
    </RackAnswer>
  )
}
