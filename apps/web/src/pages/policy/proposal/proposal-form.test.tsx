// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createRef } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { Announcements } from '../../../ui/status/announce.tsx'
import { ProposalForm } from './proposal-form.tsx'
import { setProposal } from './proposal-store.ts'

afterEach(() => {
  cleanup()
  setProposal('')
})

function show() {
  const onCheck = vi.fn()
  render(
    <>
      <ProposalForm field={createRef()} isChecking={false} onCheck={onCheck} />
      <Announcements />
    </>,
  )
  return { onCheck, text: screen.getByRole('textbox'), user: userEvent.setup() }
}

const fileOf = (text: string) => new File([text], 'policy.yaml', { type: 'application/yaml' })

test('a typed document is checked when the person asks for it, and not before', async () => {
  const { onCheck, text, user } = show()
  await user.click(text)
  await user.paste('version: 1')
  expect(onCheck).not.toHaveBeenCalled()
  await user.keyboard('{Control>}{Enter}{/Control}')
  expect(onCheck).toHaveBeenCalledExactlyOnceWith('version: 1')
})

test('a dropped file is checked at once', async () => {
  const { onCheck, text } = show()
  fireEvent.drop(text, { dataTransfer: { files: [fileOf('version: 1\n')] } })
  await vi.waitFor(() => expect(onCheck).toHaveBeenCalledExactlyOnceWith('version: 1\n'))
  expect(text).toHaveProperty('value', 'version: 1\n')
})

test('a file that is too large for a document is not read', async () => {
  const { onCheck, text } = show()
  fireEvent.drop(text, { dataTransfer: { files: [fileOf('#'.repeat(256 * 1024 + 1))] } })
  await screen.findByText(/larger than 256 KiB/)
  expect(onCheck).not.toHaveBeenCalled()
  expect(text).toHaveProperty('value', '')
})
