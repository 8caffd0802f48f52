import { Link } from '@tanstack/react-router'
import { Button } from '../../../ui/controls/button.tsx'
import { CopyButton } from '../../../ui/controls/copy-button.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import type { KeyPin } from '../proof/key-pin.ts'
import type { UsedKey as Used } from '../proof/verify-event.ts'
import styles from './verification.module.css'

interface UsedKeyProps {
  readonly used: Used
  readonly isVerified: boolean
  /** Pins the key that signed the checkpoint, as the gateway sent it. */
  readonly onPin: () => void
}

/** Which key verified the event, where the key came from, and what to do next. */
export function UsedKey({ used, isVerified, onPin }: UsedKeyProps) {
  const { key, pin, connection } = used
  return (
    <section className={styles.key} aria-label="The signing key">
      <h3>The signing key</h3>
      <p className={styles.copied}>
        <KeyText text={key} /> <CopyButton text={key} what="The key" />
      </p>
      {pin === null && isVerified && <FromGateway onPin={onPin} />}
      {pin === null && !isVerified && (
        <p>
          The proof names this key, but the gateway does not list it among the keys of its log. Do not pin it. Ask an
          administrator which keys have signed the log.
        </p>
      )}
      {pin !== null && connection === null && <Mismatch pin={pin} />}
      {pin !== null && connection?.trustedIs === 'the-signer' && (
        <p>
          You pinned this key on <Time at={pin.pinnedAt} />, {originText(pin)}. <ManageLink>Manage the pin</ManageLink>
        </p>
      )}
      {pin !== null && connection?.trustedIs === 'older' && (
        <>
          <p>
            This key replaced the key that you pinned on <Time at={pin.pinnedAt} />, and the pinned key vouches for it:
            both signed {checkpointsText(connection.changes)}.
          </p>
          <PinnedKey pin={pin} />
          <div className={styles.actions}>
            <Button onPress={onPin}>Pin the new key</Button>
          </div>
        </>
      )}
      {pin !== null && connection?.trustedIs === 'newer' && (
        <>
          <p>
            The key that you pinned on <Time at={pin.pinnedAt} /> replaced this key later, and vouches for it: both
            signed {checkpointsText(connection.changes)}.
          </p>
          <PinnedKey pin={pin} />
        </>
      )}
    </section>
  )
}

function FromGateway({ onPin }: { readonly onPin: () => void }) {
  return (
    <>
      <p>
        This key came from the gateway, and you have not pinned a key. An attacker who can replace the log can also send
        another key. Compare this key with a copy from another source, and pin it. Then this browser reports any other
        key.
      </p>
      <div className={styles.actions}>
        <Button onPress={onPin}>Pin this key</Button>
        <ManageLink>Enter another key</ManageLink>
      </div>
    </>
  )
}

function Mismatch({ pin }: { readonly pin: KeyPin }) {
  return (
    <>
      <p>
        This is not the key that you pinned on <Time at={pin.pinnedAt} />, and no signed key change connects the two.
        Either the log was replaced, or its key was changed without the previous key.
      </p>
      <PinnedKey pin={pin} />
      <p>
        Do not trust this event. Ask an administrator, but not through this page, who changed the key and why. If the
        change was intended, get the new key from them, and <ManageLink>replace the pin</ManageLink>. Otherwise, keep
        the database and the copies of checkpoints as they are.
      </p>
    </>
  )
}

function PinnedKey({ pin }: { readonly pin: KeyPin }) {
  return (
    <p>
      Pinned: <KeyText text={pin.key} />
    </p>
  )
}

function KeyText({ text }: { readonly text: string }) {
  return (
    <code>
      <VisibleText>{text}</VisibleText>
    </code>
  )
}

function ManageLink({ children }: { readonly children: string }) {
  return (
    <Link to="." search={(before) => ({ ...before, dialog: 'checkpoint' })}>
      {children}
    </Link>
  )
}

export function originText({ from }: KeyPin): string {
  return from === 'entered' ? 'when you entered it' : 'as this gateway sent it'
}

function checkpointsText(numbers: readonly number[]): string {
  const list = new Intl.ListFormat('en').format(numbers.map((number) => number.toLocaleString()))
  return `${numbers.length === 1 ? 'checkpoint' : 'checkpoints'} ${list}`
}
