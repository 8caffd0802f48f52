import { useMutation, useQueryClient } from '@tanstack/react-query'
import { postToRack } from '../../../../api/rack-data/client.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readRelease } from '../../../../api/rack-data/readers.ts'
import { useApp } from '../address/use-app.ts'
import { readAppAgain } from '../releases/release-queries.ts'
import { assertSameReleases, type SeenReleases } from '../releases/seen-releases.ts'

export function useNewRelease(seen: SeenReleases, onCreated: (id: string) => void) {
  const { rack, app } = useApp()
  const queryClient = useQueryClient()
  const { mutate, isPending, error } = useMutation({
    async mutationFn(env: string) {
      await assertSameReleases(rack, app, seen)
      const { id } = await postToRack(rack, rackPath`/apps/${app}/releases`, {
        action: `Create a release of ${app}`,
        form: { env },
        read: readRelease,
      })
      onCreated(id)
      void readAppAgain(queryClient, rack, app)
    },
    // The environment can contain new secrets, so the cache of mutations does not keep it.
    gcTime: 0,
  })
  return { create: mutate, isPending, error, readAgain: () => void readAppAgain(queryClient, rack, app) }
}
