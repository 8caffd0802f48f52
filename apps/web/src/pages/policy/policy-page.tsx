import { Page } from '../../ui/page.tsx'

export default function PolicyPage() {
  return (
    <Page title="Policy">
      <p>…</p>
    </Page>
  )
}
