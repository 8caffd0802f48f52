import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from 'react'
import { useMe } from '../api/queries.ts'
import { Dialog } from '../ui/dialogs/dialog.tsx'
import { VisibleText } from '../ui/text/visible-text.tsx'
import styles from './command-palette.module.css'
import { commandsFor } from './commands.ts'
import { foundCommands } from './palette/found-commands.ts'
import type { PaletteCommand } from './palette/palette-command.ts'
import { rankCommands } from './palette/rank-commands.ts'
import { useFoundItems } from './palette/use-found-items.ts'

/** More results are not shown. A person types more instead. */
const maxResults = 100

/** A part of the first chunk, so that it takes the keys that follow its shortcut. */
export function CommandPalette({ onClose }: { readonly onClose: () => void }) {
  const me = useMe()
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const found = useFoundItems(text)
  const go = (to: string, search: object = {}) => void navigate({ to, search })
  const typed = text.trim()
  const matching = rankCommands([...foundCommands(me, found, typed, go), ...commandsFor(me, typed, go)], typed)
  const commands = matching.slice(0, maxResults)
  const { active, setActive } = useActive(commands, typed)
  const input = useRef<HTMLInputElement>(null)
  const list = useId()
  useLayoutEffect(() => input.current?.focus(), [])

  function run(command: PaletteCommand | undefined) {
    if (command === undefined) return
    onClose()
    command.run()
  }

  function onKeyDown(event: KeyboardEvent) {
    // While an input method composes text, its keys choose characters.
    if (event.nativeEvent.isComposing) return
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 }
    const step = steps[event.key]
    if (step === undefined && event.key !== 'Enter') return
    event.preventDefault()
    if (step === undefined) return run(active)
    const index = commands.findIndex(({ id }) => id === active?.id) + step
    setActive(commands.at(index === commands.length ? 0 : index)?.id)
  }

  return (
    <Dialog title="Find or run" isOpen onClose={onClose}>
      <input
        ref={input}
        type="search"
        className={styles.input}
        aria-label="Find or run"
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={active === undefined ? undefined : optionId(list, active)}
        placeholder="A page, an action, an app, a user, a token, or an ID"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={onKeyDown}
      />
      <div id={list} role="listbox" aria-label="Results" tabIndex={-1} className={styles.list}>
        {commands.map((command) => (
          <Option
            key={command.id}
            id={optionId(list, command)}
            command={command}
            isActive={command.id === active?.id}
            onRun={() => run(command)}
          />
        ))}
      </div>
      <div className={styles.foot}>
        <p role="status">{countText(matching.length, found.isSearching)}</p>
        {found.problems.map((problem) => (
          <p key={problem}>
            <VisibleText>{problem}</VisibleText>
          </p>
        ))}
      </div>
    </Dialog>
  )
}

interface OptionProps {
  readonly id: string
  readonly command: PaletteCommand
  readonly isActive: boolean
  readonly onRun: () => void
}

/** The focus stays in the field, which takes all keys. */
function Option({ id, command: { label, shortcut }, isActive, onRun }: OptionProps) {
  const option = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (isActive) option.current?.scrollIntoView({ block: 'nearest' })
  }, [isActive])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
    <div
      ref={option}
      id={id}
      role="option"
      aria-selected={isActive}
      tabIndex={-1}
      className={styles.item}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onRun}
    >
      <VisibleText>{label}</VisibleText>
      {shortcut !== undefined && <kbd>{shortcut}</kbd>}
    </div>
  )
}

/**
 * The command that Enter runs: the first one, until a person chooses another. Results that arrive later do not replace
 * the command that a person already sees as the first, unless it only leads to a list.
 */
function useActive(commands: readonly PaletteCommand[], typed: string) {
  const [chosen, setChosen] = useState<{ readonly typed: string; readonly id: string | undefined }>()
  const first = commands[0]
  const active = (chosen?.typed === typed && commands.find(({ id }) => id === chosen.id)) || first
  const isSettled = chosen?.typed === typed && chosen.id === active?.id
  if (!isSettled && active !== undefined && active.position !== 'last') setChosen({ typed, id: active.id })
  return { active, setActive: (id: string | undefined) => setChosen({ typed, id }) }
}

function optionId(list: string, { id }: PaletteCommand): string {
  return `${list}${id.replaceAll(/\s/g, '_')}`
}

function countText(count: number, isSearching: boolean): string {
  const results = count === 0 ? 'No results' : count === 1 ? '1 result' : `${count} results`
  return isSearching ? `${results}. Searching…` : `${results}.`
}
