/** The body of every message we write: pings nobody, opens no link previews, buttons in rows of five. */

import { ButtonStyle, ComponentType, MessageFlags } from 'discord.js';
import type { Button } from '../../core/chat.ts';

const buttonsPerRow = 5;
const maxRows = 5;

const styles = {
  primary: ButtonStyle.Primary,
  secondary: ButtonStyle.Secondary,
  danger: ButtonStyle.Danger,
} as const;

/** For creating and for editing alike: Discord parses mentions anew on every edit, so each body has to forbid them. */
export function messageBody(content: string, buttons: readonly Button[], ephemeral = false) {
  const rows = [];
  for (let at = 0; at < buttons.length && rows.length < maxRows; at += buttonsPerRow) {
    const components = buttons.slice(at, at + buttonsPerRow).map((button) => ({
      type: ComponentType.Button,
      style: styles[button.style],
      label: button.label.slice(0, 80),
      custom_id: button.id,
    }));
    rows.push({ type: ComponentType.ActionRow, components });
  }
  return {
    content,
    components: rows,
    allowed_mentions: { parse: [], replied_user: false },
    flags: MessageFlags.SuppressEmbeds | (ephemeral ? MessageFlags.Ephemeral : 0),
  };
}
