import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { postToRack, sendRackChange } from '../../../../api/rack-data/client.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { type Release, readRelease } from '../../../../api/rack-data/readers.ts'
import { useApp } from '../address/use-app.ts'
import { appQuery, readAppAgain } from './release-queries.ts'
import { assertSameReleases } from './seen-releases.ts'

/** `roll-back`: promotes a copy of the release, because racks do not promote older releases. */
export type PromotionKind = 'promote' | 'roll-back'

interface PromotionRequest {
  readonly release: Release
  readonly kind: PromotionKind
  /** The ID of the running release that the person compared `release` with; empty if no release runs. */
  readonly runningId: string
}

/** Works like `convox releases promote` and `convox releases rollback`. A rack can take minutes to answer. */
export function usePromotion() {
  const { rack, app } = useApp()
  const queryClient = useQueryClient()
  /** The ID of the release to promote, which for a rollback is the copy; null until it is known. */
  const [targetId, setTargetId] = useState<string | null>(null)
  const { mutate, data, isPending, isSuccess, error } = useMutation({
    async mutationFn({ release, kind, runningId }: PromotionRequest) {
      setTargetId(null)
      await assertSameReleases(rack, app, { runningId })
      const id = kind === 'promote' ? release.id : await createCopy(release)
      setTargetId(id)
      await sendRackChange('POST', rack, rackPath`/apps/${app}/releases/${id}/promote`, {
        action: `Promote the release ${id} of ${app}`,
        form: { force: 'false' },
      })
      // If only this read fails, the promotion is still a success.
      return queryClient.fetchQuery({ ...appQuery(rack, app), staleTime: 0 }).catch(() => null)
    },
    // Also after an error: after `ReleasesChanged`, the page must show the new comparison.
    onSettled: () => readAppAgain(queryClient, rack, app),
  })

  /** `env` contains masks, which the gateway replaces with the real values. */
  async function createCopy({ id, build, env }: Release): Promise<string> {
    const copy = await postToRack(rack, rackPath`/apps/${app}/releases`, {
      action: `Create a copy of the release ${id} of ${app}`,
      form: { build, env },
      read: readRelease,
    })
    return copy.id
  }

  return {
    start: mutate,
    targetId,
    /** False if the app could not be read after the promotion. Valid only if `isSuccess`. */
    isOutcomeKnown: data !== null,
    isPending,
    isSuccess,
    error,
  }
}

export type Promotion = ReturnType<typeof usePromotion>
