import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { TextField } from '../../../ui/controls/fields.tsx'
import { Dialog, DialogButtons } from '../../../ui/dialogs/dialog.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { ClaimResult } from './claim-result.tsx'

export function ClaimTester({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState('')
  // The token of a job is a credential, so it must not stay in the cache.
  const test = useMutation({ mutationFn: () => post('/trusts/test', { body: readInput(text) }), gcTime: 0 })
  return (
    <Dialog title="Test the claims of a job" width="wide" isOpen onClose={onClose}>
      <Stack
        as="form"
        gap={4}
        onSubmit={(event) => {
          event.preventDefault()
          test.mutate()
        }}
      >
        <TextField
          label="Claims or token"
          lines={7}
          value={text}
          onChange={setText}
          isRequired
          autoFocus
          mono
          placeholder={'{"iss": "https://token.actions.githubusercontent.com", "repository_id": "74", …}'}
          hint="The claims as JSON, or the whole JWT. The gateway decodes the JWT. It does not verify the signature, and stores nothing. The JWT stays usable."
        />
        {test.error && <Problem error={test.error} />}
        <DialogButtons>
          <Button type="submit" kind="primary" isPending={test.isPending}>
            Test
          </Button>
        </DialogButtons>
      </Stack>
      {test.data && <ClaimResult result={test.data} />}
    </Dialog>
  )
}

/** Claims are JSON. Any other text counts as a token, which only the API decodes. */
function readInput(text: string) {
  const trimmed = text.trim()
  if (!trimmed.startsWith('{')) return { token: trimmed }
  try {
    return { claims: JSON.parse(trimmed) as Record<string, unknown> }
  } catch (error) {
    throw new Error(`These claims are not JSON. ${error instanceof Error ? error.message : ''}`)
  }
}
