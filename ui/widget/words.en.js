/* The frame's own words in English. */
export const WORDS = {
  assistant: "AI assistant", agent: "Customer service", you: "You", shop_person: "Talk to a person", close: "Close", back: "Back", new: "New conversation",
  message: "Your message", placeholder: "Write a message", send: "Send", stop: "Stop", stop_long: "Stop the answer", starters: "Ask, or begin with one of these:",
  opening: "Opening your conversation …", shop_opening: "The shop is just opening. You can write already.", thinking: "Thinking …", stopped: "Stopped. What was found so far stays here.",
  slow: "This takes longer than usual …", offline: "The connection is gone. Your message is kept.", unreachable: "The assistant cannot be reached just now. Your shopping goes on without it.", again: "Try again",
  conversation: "Conversation", looking_for: "What you are looking for:", remove_wish: "{0}: remove this wish", about: "You are looking at:", about_off: "Ask in general instead",
  cart: "Cart", cart_empty: "Cart, empty", cart_count: "Cart, {0}", cart_title: "Your cart", cart_none: "Your cart is empty.", add: "Add to cart", added: "Added to your cart", view_cart: "View cart", which: "Which one: {0}",
  sponsored: "Sponsored", sold_out: "Sold out", one_less: "One less: {0}", one_more: "One more: {0}", remove: "Remove: {0}", quantity: "Quantity: {0}", subtotal: "Subtotal", saving: "You save, already taken off", save: "Save {0}", before_price: "Before: {0}",
  shipping: "Shipping", free: "Free", total: "Total", checkout: "Checkout", undo: "Undo", undone: "Undone.",
  met: "met", not_met: "not met", not_stated: "not stated by the shop", missing: "not stated", why: "Why this", dismiss: "Not for me", dismissed: "Noted. You will not be shown this again.", details: "Details", shop_page: "Open in the shop",
  like: "More like this", like_say: "More like “{0}”", rating: "Rated {0} of 5 by {1} buyers", no_rating: "No reviews yet", without: "Without ‘{0}’: {1}", products: "{0} products", product: "1 product",
  order: "Order", placed: "Placed", shipped: "Shipped", delivered: "Delivered", cancelled: "Cancelled", not_yet: "not yet", arrives: "Arrives", arrived: "Arrived", refunded: "Refunded: {0}", no_orders: "You have no orders yet.", guest_orders: "You are here as a guest: only orders of this visit can be shown.",
  now: "Now", after: "After", amount: "Amount", yes: "Yes, do it", no: "No, leave it", until_choice: "Nothing happens until you choose.", open_until: "Open until", covered: "Something covers this button. Please make it visible and choose again.",
  sources: "From the shop’s policies:", no_policy: "The shop’s policies say nothing about this.", comparison: "Comparison", person_coming: "A person will answer here.", queue: "You are number {0} in the queue. You can go on writing; what you write is kept for them.", subject: "Subject: {0}.",
  in_queue: "Waiting for a person: number {0} in the queue", in_queue_soon: "Waiting for a person", leave_queue: "Stop waiting", with_agent: "You are talking with {0}", give_back: "Back to the assistant", back_again: "The AI assistant is here again.", passed_on: "{0} reads your message.", handing: "Asking a person to join …",
  known: "What we know about you", remember: "Remember what I like", remember_how: "Only for better suggestions here; switch it off and it is erased.", forget_one: "{0}: forget it", erase: "Forget everything", erase_sure: "Really erase everything? Choose again.",
  with_products: "{0} products shown", ended: "This visit has ended. A new one begins with your next message.", not_kept: "This browser keeps nothing for this site: a new page begins a new conversation.", details_loading: "Fetching the product …", versions: "Versions",
};
