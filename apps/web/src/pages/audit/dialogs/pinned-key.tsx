import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { Button } from '../../../ui/controls/button.tsx'
import { TextField } from '../../../ui/controls/fields.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { announce } from '../../../ui/status/announce.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { originText } from '../detail/used-key.tsx'
import { type KeyPin, pinKey, readTypedKey, removePin, useKeyPin } from '../proof/key-pin.ts'
import { canVerify } from '../proof/verify-event.ts'
import styles from './dialogs.module.css'

/** Shows, replaces, and removes the pinned key. @param newestKey the key of the newest checkpoint; null without one */
export function PinnedKey({ newestKey }: { readonly newestKey: string | null }) {
  const { user, pin } = useKeyPin()
  const section = useRef<HTMLElement>(null)
  return (
    <Stack as="section" gap={2} ref={section} tabIndex={-1} aria-label="Your pinned key">
      <h3>Your pinned key</h3>
      {pin === null && (
        <p className="soft">
          No key is pinned, so this browser accepts the keys that the gateway sends. After you pin a key, it accepts
          only this key, and keys that a signed key change connects to it.
        </p>
      )}
      {pin === 'unreadable' && (
        <p role="alert">
          The stored pin cannot be read, so this browser verifies no events. Enter the key again, or remove the pin.
        </p>
      )}
      {pin !== null && pin !== 'unreadable' && <Pin pin={pin} newestKey={newestKey} />}
      {pin !== null && (
        <div>
          <Button
            onPress={() => {
              // The button that has the focus is removed, too.
              section.current?.focus()
              removePin(user)
              announce('The pin was removed.')
            }}
          >
            Remove the pin
          </Button>
        </div>
      )}
      <PinForm user={user} isReplacement={pin !== null} />
    </Stack>
  )
}

function Pin({ pin, newestKey }: { readonly pin: KeyPin; readonly newestKey: string | null }) {
  return (
    <>
      <p>
        <code>
          <VisibleText>{pin.key}</VisibleText>
        </code>
      </p>
      <p>
        {newestKey !== null &&
          (newestKey === pin.key ? (
            <Badge tone="allow">signs now</Badge>
          ) : (
            <Badge tone="warn">does not sign now</Badge>
          ))}{' '}
        Pinned on <Time at={pin.pinnedAt} />, {originText(pin)}.
      </p>
      {newestKey !== null && newestKey !== pin.key && (
        <p>Verify a new event: its result says whether a signed key change connects the two keys.</p>
      )}
    </>
  )
}

interface PinFormProps {
  /** ID of the person who is logged in. */
  readonly user: string
  readonly isReplacement: boolean
}

function PinForm({ user, isReplacement }: PinFormProps) {
  const [text, setText] = useState('')
  const [mistake, setMistake] = useState('')
  const pin = useMutation({
    async mutationFn() {
      const key = await readTypedKey(text)
      if (key === null) {
        setMistake('This is not a public key of an audit log, or a part is missing. Paste the whole key.')
        return
      }
      pinKey(user, key, 'entered')
      setText('')
      announce('The key was pinned.')
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    pin.mutate()
  }
  if (!canVerify())
    return <p className="soft">Browsers can verify keys only on a page loaded over https: or from this computer.</p>
  return (
    <form className={styles.form} onSubmit={submit}>
      <TextField
        label={isReplacement ? 'Replace it with another key' : 'Public key'}
        value={text}
        onChange={(typed) => {
          setText(typed)
          setMistake('')
        }}
        error={mistake}
        isRequired
        mono
        maxLength={500}
        placeholder="rack-gateway/audit+…"
        hint="Get it from another source than this page, such as the log line audit.signing_key of the gateway, or a note of the auditors. The pin is for you in this browser profile."
      />
      {pin.error && <Problem error={pin.error} />}
      <div>
        <Button type="submit" isPending={pin.isPending}>
          {isReplacement ? 'Replace the pin' : 'Pin the key'}
        </Button>
      </div>
    </form>
  )
}
