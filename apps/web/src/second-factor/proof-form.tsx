import type { ResponseOf, StepUp } from '@rack-gateway/gateway-api'
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { post } from '../api/client.ts'
import { ApiError } from '../api/errors/api-error.ts'
import { Button } from '../ui/controls/button.tsx'
import { TextField } from '../ui/controls/fields.tsx'
import { DialogButtons } from '../ui/dialogs/dialog.tsx'
import { Row } from '../ui/layout/row.tsx'
import { Stack } from '../ui/layout/stack.tsx'
import { Problem } from '../ui/problems/problem.tsx'
import { timeOfDay } from '../ui/time/time.tsx'
import { useTimeZone } from '../ui/time/time-zone.ts'
import { methodName, methodOrder, type ProofMethod } from './method-names.ts'
import { provePasskey } from './passkey.ts'

export type Proof = ResponseOf<'proveStepUp'>

interface ProofFormProps {
  readonly stepUp: Pick<StepUp, 'id' | 'methods'>
  readonly onProved: (proof: Proof) => void
  /** The button that cancels. */
  readonly cancel?: ReactNode
  /** A button that helps after an error, such as `Ask again`. */
  readonly actionFor?: (error: Error) => ReactNode
}

export function ProofForm({ stepUp, onProved, cancel, actionFor }: ProofFormProps) {
  const methods = methodOrder.filter((method) => stepUp.methods.includes(method))
  const [chosen, setChosen] = useState<ProofMethod | undefined>(methods[0])
  const [code, setCode] = useState('')
  const prove = useMutation({
    async mutationFn(method: ProofMethod) {
      const { id } = stepUp
      if (method !== 'passkey')
        return post('/step-ups/{id}/proof', { id, body: { method, code: code.replaceAll(' ', '') } })
      const options = await post('/step-ups/{id}/passkey-options', { id })
      return post('/step-ups/{id}/proof', { id, body: { method, response: await provePasskey(options) } })
    },
    onSuccess: onProved,
    // The code is a secret until it was used, so the mutation cache does not keep it.
    gcTime: 0,
  })
  const retryTime = useRetryAfter(prove.error)
  if (chosen === undefined) return null
  const choose = (method: ProofMethod) => {
    setChosen(method)
    setCode('')
    prove.reset()
  }
  return (
    <Stack
      as="form"
      gap={4}
      onSubmit={(event) => {
        event.preventDefault()
        if (!prove.isPending && retryTime === null) prove.mutate(chosen)
      }}
    >
      <MethodField key={chosen} method={chosen} code={code} onChange={setCode} />
      {prove.error && <Problem error={prove.error} action={actionFor?.(prove.error)} />}
      {retryTime !== null && <p role="status">You can try again at {retryTime}.</p>}
      <DialogButtons>
        {cancel}
        <Button
          type="submit"
          kind="primary"
          isPending={prove.isPending}
          isDisabled={retryTime !== null}
          autoFocus={chosen === 'passkey'}
        >
          {chosen === 'passkey' ? 'Use a passkey' : 'Confirm'}
        </Button>
      </DialogButtons>
      {methods.length > 1 && (
        <>
          <hr />
          <Row>
            {methods
              .filter((method) => method !== chosen)
              .map((method) => (
                <Button key={method} kind="quiet" onPress={() => choose(method)} isDisabled={prove.isPending}>
                  Use {methodName(method)} instead
                </Button>
              ))}
          </Row>
        </>
      )}
    </Stack>
  )
}

interface MethodFieldProps {
  readonly method: ProofMethod
  readonly code: string
  readonly onChange: (code: string) => void
}

function MethodField({ method, code, onChange }: MethodFieldProps) {
  switch (method) {
    case 'passkey':
      return <p>Your browser asks for a passkey of this device or of your phone, or for your security key.</p>
    case 'totp':
      return (
        <TextField
          label="Code of your authenticator app"
          value={code}
          onChange={onChange}
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="[0-9]{3} ?[0-9]{3}"
          validate={(value) => (/^[0-9]{3} ?[0-9]{3}$/.test(value) ? null : 'The code has six digits.')}
          maxLength={7}
          mono
          isRequired
          autoFocus
          hint="Six digits. Each code works once."
        />
      )
    case 'backup-code':
      return (
        <TextField
          label="Backup code"
          value={code}
          onChange={onChange}
          maxLength={30}
          mono
          isRequired
          autoFocus
          hint="One of the codes that you stored when you added your first factor. Each code works once."
        />
      )
  }
}

/** The time of day at which another attempt is accepted; null: now. */
function useRetryAfter(error: Error | null): string | null {
  const zone = useTimeZone()
  const [until, setUntil] = useState<number | null>(null)
  useEffect(() => {
    const retryAfter = error instanceof ApiError ? error.retryAfter : null
    if (retryAfter === null) return setUntil(null)
    setUntil(Date.now() + retryAfter)
    const timer = setTimeout(() => setUntil(null), retryAfter)
    return () => clearTimeout(timer)
  }, [error])
  return until === null ? null : timeOfDay(until, zone, 'seconds')
}
