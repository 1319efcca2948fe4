/** jedi-language-server as an extension, from the environment variable JEDI. */

import type { ExtensionContext } from "vscode";
import { LanguageClient } from "vscode-languageclient/node";

export async function activate(context: ExtensionContext): Promise<void> {
    const documentSelector = [{ language: "python" }];
    const client = new LanguageClient("jedi", "jedi", { command: process.env["JEDI"] ?? "" }, { documentSelector });
    context.subscriptions.push({ dispose: () => client.stop() });
    await client.start();
}
