export const powershellScript = `# Completion of rack-gateway for PowerShell. The script never evaluates typed words or suggestions.
Register-ArgumentCompleter -Native -CommandName 'rack-gateway' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object {
            if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
            else { $_.Extent.Text }
        } | Where-Object { $_ -ne '' })
    $current = $wordToComplete -replace "^['\`"]", ''
    # Some versions of PowerShell drop an empty argument.
    $asked = if ($current -eq '') { @('--next', '--') + $before } else { @('--') + $before + $current }
    $program = Get-Command -Name 'rack-gateway' -CommandType Application, ExternalScript -ErrorAction SilentlyContinue |
        Select-Object -First 1
    if ($null -eq $program) { return }
    foreach ($line in @($null | & $program completion words @asked 2>$null)) {
        if ($line -eq '') { continue }
        if ($line -eq "\`tfiles") {
            [System.Management.Automation.CompletionCompleters]::CompleteFilename($current)
            continue
        }
        $word, $about = $line -split "\`t", 2
        if (-not $about) { $about = $word }
        $typed = if ($word -match '^[A-Za-z0-9_./:=-]+$') { $word }
        else { "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($word) + "'" }
        [System.Management.Automation.CompletionResult]::new($typed, $word, 'ParameterValue', $about)
    }
}`
