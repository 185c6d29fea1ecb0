// Addresses of the icons in the sprite.

const SPRITE = new URL("../../vendor/icons.svg", import.meta.url).pathname;

export const iconUrl = (name) => `${SPRITE}#${name}`;
