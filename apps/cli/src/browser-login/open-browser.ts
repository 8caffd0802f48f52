/** Opens a page in the person's browser: in `BROWSER`, where that is set. Loaded when it is used. */
export async function openBrowser(address: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { default: open } = await import('open')
  await open(address, env.BROWSER ? { app: { name: env.BROWSER } } : {})
}
