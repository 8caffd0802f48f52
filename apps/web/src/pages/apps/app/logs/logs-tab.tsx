/** The live log of the app. */
export default function LogsTab() {
  return null
}
